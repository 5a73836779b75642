import { CNPG_GROUP } from '../../api/constants.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { ClusterStatus } from '../../model/cluster-status.ts'
import type { Finding } from '../../model/finding.ts'
import type { AssessOptions } from '../../model/rules/assess.ts'
import type { Document } from '../../render/document.ts'
import type { Answer } from '../output-options.ts'

/** A cluster as it is at one moment, with our judgement. */
export interface StatusReport {
  snapshot: ClusterSnapshot
  model: ClusterStatus
  findings: readonly Finding[]
}

/** Judges what was read; pure, apart from loading what it takes. */
export async function reportOf(snapshot: ClusterSnapshot, options: AssessOptions): Promise<StatusReport> {
  const [{ buildStatus }, { assess }] = await Promise.all([
    import('../../model/status.ts'),
    import('../../model/rules/assess.ts'),
  ])
  const model = buildStatus(snapshot)
  return { snapshot, model, findings: assess(model, options) }
}

/** The report in every form of `-o`. */
export function answerOf({ snapshot, model, findings }: StatusReport, verbosity: number): Answer {
  return {
    names: () => [`cluster.${CNPG_GROUP}/${model.summary.name}`],
    data: async () => (await import('../../render/status-json.ts')).statusJson(snapshot, model, findings),
    document: ({ wide }) => documentOf({ snapshot, model, findings }, { verbosity, wide }),
  }
}

/** The report as people see it. */
export async function documentOf(
  { model, findings }: StatusReport,
  options: { verbosity: number; wide: boolean },
): Promise<Document> {
  return (await import('../../render/views/status/index.ts')).statusView(model, findings, options)
}
