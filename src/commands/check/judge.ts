import type { ClusterSnapshot } from '../../api/snapshot.ts'
import { CliError } from '../../errors/cli-error.ts'
import { annotationSettings } from '../../model/check/annotations.ts'
import { clusterCheck } from '../../model/check/cluster-check.ts'
import type { ClusterCheck } from '../../model/check/report.ts'
import { judgingBy, wantsFreeSpace, type Settings } from '../../model/check/settings.ts'
import { unseen } from '../../model/check/unseen.ts'
import type { Problem } from '../../model/problem.ts'
import { assess } from '../../model/rules/assess.ts'
import { buildStatus } from '../../model/status.ts'

/**
 * The check of one cluster.
 *
 * @param places what was set for it, in the order of rising weight; its annotations win
 */
export function judge(snapshot: ClusterSnapshot, places: readonly Settings[]): ClusterCheck {
  const { settings, problem } = annotated(snapshot)
  const all = [...places, settings]
  const { assess: options, acknowledged } = judgingBy(all)
  const status = buildStatus(snapshot)
  return clusterCheck({
    status,
    findings: assess(status, options),
    unseen: [...problem, ...unseen(status, options, wantsFreeSpace(all))],
    thresholds: options.thresholds,
    options,
    acknowledged,
  })
}

/** An annotation that makes no sense sets nothing, and keeps the cluster from being OK: nobody would notice a slip otherwise. */
function annotated({ cluster }: ClusterSnapshot): { settings: Settings; problem: Problem[] } {
  try {
    return { settings: annotationSettings(cluster.metadata.annotations), problem: [] }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const { message, hint } = error
    return {
      settings: {},
      problem: [{ subject: 'annotations', reason: 'unreadable', message, hint: hint ?? null, code: null }],
    }
  }
}
