import type { ClusterSnapshot } from '../api/snapshot.ts'
import { notPermitted } from './proof.ts'
import { deviations, parametersOf } from './reload.ts'
import type { Deviation } from './reload.ts'
import type { Goal, Phase } from './wait.ts'

/** Judges a reload by the values that the servers run with; the configuration's hash alone proves nothing. */
export function goalOfReload(before: ClusterSnapshot): Goal<ClusterSnapshot> {
  const first = deviations(before)
  const nothingToDo = first.silent.length === 0 && first.found.every(({ kind }) => kind === 'restart')
  return (snapshot) => {
    const { found, told, silent } = deviations(snapshot)
    const lacks = (instance: string) => found.some((each) => each.instance === instance && each.kind !== 'restart')
    const phases: Phase[] = nothingToDo
      ? []
      : told.filter((name) => !lacks(name)).map((name) => ({ id: `live ${name}`, text: `${name} has read the values` }))
    const broken = found.filter(({ kind }) => kind === 'error' || kind === 'overridden')
    if (broken.length > 0) return { phases, verdict: 'failed', reason: listed(broken) }
    const barred = notPermitted(snapshot, silent)
    if (barred !== null) return { phases, verdict: 'failed', reason: `the live values cannot be read: ${barred}` }
    if (silent.length > 0) return { phases, verdict: 'running', reason: `${silent.join(', ')}: no answer to SQL` }
    const open = found.filter(({ kind }) => kind === 'not-yet')
    if (open.length > 0) return { phases, verdict: 'running', reason: listed(open) }
    const hidden = new Set(found.filter(({ kind }) => kind === 'hidden').map(({ parameter }) => parameter))
    if (hidden.size > 0) {
      const rest = `the others are live on ${told.join(', ')}`
      const reason = `what the server has for ${[...hidden].join(', ')} it tells superusers only, for which pods/exec is needed; ${rest}`
      return { phases, verdict: 'failed', reason }
    }
    if (told.length === 0) return { phases, verdict: 'failed', reason: 'no instance runs that could be reloaded' }
    const waiting = new Set(found.map(({ parameter }) => parameter)).size
    const count = parametersOf(snapshot).length
    const number = waiting === 0 ? `${count}` : `${count - waiting} of ${count}`
    const live = `${number} ${count === 1 ? 'parameter' : 'parameters'} of the spec live on ${told.join(', ')}`
    const rest = waiting === 0 ? '' : `; waiting for a restart: ${listed(found)}`
    return { phases, verdict: 'proved', reason: `${nothingToDo ? 'nothing had to change: ' : ''}${live}${rest}` }
  }
}

/** `work_mem is 4MB, not 8MB (mycluster-1, mycluster-2)` */
function listed(found: readonly Deviation[]): string {
  const byWords = new Map<string, string[]>()
  for (const { instance, words } of found) byWords.set(words, [...(byWords.get(words) ?? []), instance])
  return [...byWords].map(([words, instances]) => `${words} (${instances.join(', ')})`).join('; ')
}
