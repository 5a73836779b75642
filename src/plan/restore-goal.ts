import type { ClusterSnapshot } from '../api/snapshot.ts'
import { counted } from '../model/rules/words.ts'
import { buildStatus } from '../model/status.ts'
import type { Goal, Phase } from './wait.ts'

/** Judges whether a restored cluster is there: its primary answers. The standbys are made after that. */
export function goalOfRestore(): Goal<ClusterSnapshot> {
  return (snapshot) => {
    const status = buildStatus(snapshot)
    const { summary, jobs } = status
    const phases: Phase[] = summary.phase === null ? [] : [{ id: summary.phase, text: summary.phase }]
    const primary = summary.answeringPrimary
    if (primary !== null) {
      const timeline = summary.timeline === null ? '' : `, timeline ${summary.timeline}`
      const ready = `${summary.instancesReady ?? 0} of ${counted(summary.instancesWanted ?? 1, 'instance')} ready`
      return { phases, verdict: 'proved', reason: `${primary} answers as the primary${timeline}; ${ready}` }
    }
    if (/unrecoverable|invalid cluster definition/i.test(summary.phase ?? '')) {
      return { phases, verdict: 'failed', reason: said(summary.phase, summary.phaseReason) }
    }
    const failed = jobs?.items?.find(({ state }) => state === 'failed')
    if (failed !== undefined) {
      return { phases, verdict: 'failed', reason: `job ${failed.name} failed; its log tells why` }
    }
    return { phases, verdict: 'running', reason: said(summary.phase, summary.phaseReason) }
  }
}

function said(phase: string | null, reason: string | null): string {
  const words = [phase, reason].filter((text) => text !== null && text !== '').join(': ')
  return words === '' ? 'the operator has not reacted yet' : words
}
