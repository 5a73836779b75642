import type { ClusterStatus } from '../cluster-status.ts'
import type { AssessOptions } from '../rules/assess.ts'
import type { Problem } from '../problem.ts'

/** Findings that cannot be told when a kind of object could not be read, by the subject of the problem. */
export const DECIDED_BY: Readonly<Record<string, readonly string[]>> = {
  pods: ['no-primary', 'instance-not-ready', 'instance-missing', 'instance-crashed', 'stale-fence', 'image-differs'],
  poddisruptionbudgets: ['pdb-blocking'],
  backups: ['backup-failed', 'backup-running'],
  scheduledbackups: ['schedule-late', 'schedule-error'],
  poolers: ['pooler-not-ready'],
  databases: ['database-not-applied'],
  publications: ['publication-not-applied'],
  subscriptions: ['subscription-not-applied'],
  databaseroles: ['role-not-applied'],
  jobs: ['job-failed'],
  persistentvolumeclaims: ['volume-state'],
  objectstore: ['backup-store'],
}

/** The same for an instance that may not be asked. */
export const DECIDED_BY_INSTANCES: readonly string[] = [
  'primary-differs',
  'two-primaries',
  'system-id-mismatch',
  'instance-not-answering',
  'wal-archiving',
  'wal-archiving-never',
  'archive-backlog',
  'archive-age',
  'timeline-mismatch',
  'sync-replicas',
  'replica-not-streaming',
  'wal-receiver-down',
  'replay-paused',
  'replica-lag',
  'replica-lag-time',
  'slot-lost',
  'slot-unreserved',
  'slot-wal',
  'slot-inactive',
  'configuration-error',
  'pending-restart',
]

/** What is not known without rights that few users have: missing only for those who ask for it by its id. */
export const EXTRAS: Readonly<Record<string, readonly string[]>> = {
  nodes: ['instance-not-ready'],
  poolercertificates: ['certificate-expired', 'certificate-expiring-user'],
}

const INSTANCE = /^instance /

/**
 * What could not be read although one of the chosen findings depends on it: without it nobody can say that all is well. An
 * instance that does not answer for another reason than a missing right is a finding of its own.
 *
 * @param freeSpace the free space of volumes was asked for
 */
export function unseen(status: ClusterStatus, options: AssessOptions, freeSpace: boolean): Problem[] {
  const { only, skip = [] } = options
  const chosen = (id: string): boolean => (only === undefined || only.includes(id)) && !skip.includes(id)
  const found = status.problems.filter(({ subject, reason }) => {
    if (INSTANCE.test(subject)) return reason === 'forbidden' && DECIDED_BY_INSTANCES.some(chosen)
    // A kind that this operator does not know is nothing to worry about.
    if (reason === 'missing') return false
    const extra = EXTRAS[subject] ?? []
    return (DECIDED_BY[subject] ?? []).some(chosen) || extra.some((id) => only?.includes(id) === true && chosen(id))
  })
  return [
    ...found,
    ...(freeSpace && chosen('volume-full') ? unmeasured(status) : []),
    ...(only?.includes('operator-absent') === true && status.summary.operator === null ? [NO_OPERATOR_SEEN] : []),
  ]
}

const NO_OPERATOR_SEEN: Problem = {
  subject: 'operator',
  reason: 'forbidden',
  message: 'whether the operator is at work is not known',
  hint: 'That takes the right to list deployments in its namespace.',
  code: null,
}

function unmeasured({ instances }: ClusterStatus): Problem[] {
  return instances
    .filter(({ presence, mounts }) => presence === 'answered' && mounts === null)
    .map(({ name }) => ({
      subject: `volumes of ${name}`,
      reason: 'unreadable',
      message: `the free space of ${name} is not known`,
      hint: 'It takes the right to run df in the pod: create on pods/exec.',
      code: null,
    }))
}
