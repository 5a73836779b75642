import type { InstanceWay } from '../api/part.ts'
import type { InstanceState, Reached } from './cluster-status.ts'
import type { ModelContext } from './context.ts'

const WAY_NAMES: Record<InstanceWay, string> = { proxy: "the API server's proxy", exec: 'exec', sql: 'SQL' }

/** By which ways the instances answered; a sentence only when the first way did not do (spec/screens.md 3). */
export function reached(context: ModelContext, instances: readonly InstanceState[]): Reached {
  const ways = [...new Set(instances.map(({ via }) => via).filter((via) => via !== null && via !== 'file'))]
  const asked = instances.filter(({ presence }) => presence === 'answered' || presence === 'silent')
  const answered = asked.filter(({ presence }) => presence === 'answered').length
  return { ways, answered, total: context.pods.size, note: note(asked, ways) }
}

/** Why not by the first way. */
function why({ kind, reason }: InstanceState['failures'][number]): string {
  return kind === 'forbidden' ? reason : `${WAY_NAMES.proxy} did not answer: ${reason}`
}

function note(asked: readonly InstanceState[], ways: readonly InstanceWay[]): string | null {
  if (asked.length === 0 || ways.includes('proxy')) return null
  const failure = asked.flatMap(({ failures }) => failures).find(({ way }) => way === 'proxy')
  const reason = failure ? `${why(failure)}${failure.hint && ways.includes('exec') ? `. ${failure.hint}` : ''}` : null
  if (ways.length === 0) return null
  return `Instances asked through: ${ways.map((way) => WAY_NAMES[way]).join(', ')}${reason ? ` (${reason})` : ''}`
}
