import type { Cluster } from '../../api/cluster.ts'
import type { AppliedObject, Certificate, ClusterStatus, InstanceState, Listing, Slot } from '../cluster-status.ts'
import type { Finding } from '../finding.ts'
import { LAG_RULES } from '../rules/lag.ts'
import { SLOT_RULES } from '../rules/slots.ts'
import { levelsOf, severityAt } from '../rules/thresholds.ts'
import type { Fact } from './types.ts'
import { flatten } from './flatten.ts'

/** All sections, in the order in which they are shown. */
export const SECTIONS: readonly string[] = [
  'Summary',
  'Findings',
  'Parameters',
  'Specification',
  'Instances',
  'Replication',
  'Replication slots',
  'Certificates',
  'Backup',
  'Scheduled backups',
  'Poolers',
  'Databases',
  'Publications',
  'Subscriptions',
  'Database roles',
  'Managed roles',
  'Tablespaces',
  'Plugins',
  'Disruption budgets',
]

/** Sections in which all is known that there is: what is on one side only is a difference, not a gap in what is known. */
export const DECLARED: readonly string[] = ['Findings', 'Parameters', 'Specification']

/** Properties of one subject; what is null is not known and not compared. */
type Properties = Readonly<Record<string, string | number | boolean | null | undefined>>

function facts(section: string, subject: string | null, properties: Properties): Fact[] {
  return Object.entries(properties).flatMap(([field, value]) =>
    value === null || value === undefined || value === '' ? [] : [{ section, subject, field, value: String(value) }],
  )
}

/** A subject that is there, with its properties. */
function present(section: string, subject: string, properties: Properties): Fact[] {
  return [{ section, subject, field: null, value: 'there' }, ...facts(section, subject, properties)]
}

export function summaryFacts(status: ClusterStatus): Fact[] {
  const { summary, hibernation } = status
  const fenced = summary.fencing.all ? 'all' : summary.fencing.instances.join(', ')
  return facts('Summary', null, {
    'System ID': summary.systemId,
    'PostgreSQL image': summary.image,
    'Operator version': status.operatorVersion,
    Instances: summary.instancesWanted,
    'Ready instances': summary.instancesReady,
    'Primary instance': summary.primary ?? 'none',
    Timeline: summary.timeline,
    Status: summary.phase,
    'Replica of': summary.isReplicaCluster ? (summary.source ?? 'another cluster') : 'none',
    Hibernation: hibernation?.hibernated ? 'hibernated' : hibernation?.requested ? 'asked for' : 'no',
    'Fenced instances': fenced || 'none',
    'Maintenance window': summary.maintenance?.inProgress ? 'open' : 'closed',
  })
}

/** All of `spec.postgresql.parameters`; and the rest of the spec, which is what the users wanted. */
export function specFacts({ spec }: Cluster): Fact[] {
  const { postgresql, imageName: _image, instances: _instances, ...rest } = spec
  const { parameters = {}, ...otherSettings } = postgresql ?? {}
  const others = { ...rest, ...(Object.keys(otherSettings).length > 0 ? { postgresql: otherSettings } : {}) }
  return [
    ...facts('Parameters', null, parameters),
    ...flatten(others).map(([field, value]) => ({ section: 'Specification', subject: null, field, value })),
  ]
}

export function instanceFacts({ instances }: ClusterStatus): Fact[] {
  return instances.flatMap((instance) =>
    present('Instances', instance.name, {
      role: instance.roleText,
      status: instance.statusText,
      image: instance.pod?.image,
      node: instance.pod?.node,
      zone: instance.pod?.zone,
      'manager version': instance.managerVersion,
      restarts: instance.pod?.restarts,
      'pending restart': pendingOf(instance),
    }),
  )
}

function pendingOf({ pendingRestart, pendingRestartForDecrease, pendingSettings }: InstanceState): string | null {
  if (pendingRestart === null && pendingRestartForDecrease === null) return null
  if (pendingRestart !== true && pendingRestartForDecrease !== true) return 'no'
  const settings = (pendingSettings ?? []).map(
    ({ name, current, pending }) => `${name} ${current} -> ${pending ?? '?'}`,
  )
  return settings.length === 0 ? 'yes' : settings.join(', ')
}

/** Lag as a class of its threshold: the bytes themselves always move. */
export function replicationFacts({ replication }: ClusterStatus): Fact[] {
  const own = replication.standbys.flatMap((row) =>
    present('Replication', row.name, {
      state: row.state,
      'sync state': row.syncState,
      lag: row.replayLagBytes === null ? null : lagClass(row.replayLagBytes),
    }),
  )
  return [...own, ...replication.foreign.flatMap(({ name }) => present('Replication', name, { cluster: 'another' }))]
}

function lagClass(bytes: number): string {
  const rule = LAG_RULES.find(({ id }) => id === 'replica-lag')!
  const severity = severityAt(levelsOf(rule), bytes)
  return severity === 'critical' ? 'far behind' : severity === 'warning' ? 'behind' : 'up to date'
}

export function slotFacts(slots: readonly Slot[]): Fact[] {
  const rule = SLOT_RULES.find(({ id }) => id === 'slot-wal')!
  return slots.flatMap((slot) =>
    present('Replication slots', slot.name, {
      type: slot.type,
      database: slot.database,
      plugin: slot.plugin,
      active: slot.active ? 'yes' : 'no',
      'WAL status': slot.walStatus,
      'WAL held':
        slot.heldBytes === null ? null : severityAt(levelsOf(rule), slot.heldBytes) === null ? 'little' : 'much',
    }),
  )
}

/** Ends differ between any two clusters; in one cluster a new end means a new certificate. */
export function certificateFacts(certificates: readonly Certificate[], sameCluster: boolean): Fact[] {
  return certificates.flatMap((certificate) =>
    present('Certificates', certificate.name, {
      'used for': certificate.roles.join(', '),
      'renewed by': certificate.userGiven ? 'user' : 'operator',
      state: certificate.daysLeft === null ? null : certificate.daysLeft < 0 ? 'expired' : 'valid',
      ends: sameCluster ? certificate.expiresAt : null,
    }),
  )
}

export function backupFacts({ backup, archiving }: ClusterStatus): Fact[] {
  const possible = backup.firstRecoverabilityPoint ?? backup.lastSuccessfulAt
  // What another plugin than the Barman Cloud one keeps, only that plugin knows.
  const unknown = backup.configured === 'plugin' && backup.plugin === null && possible === null
  return facts('Backup', null, {
    'Backed up by': {
      none: 'nothing',
      objectStore: 'object store',
      volumeSnapshot: 'volume snapshots',
      plugin: 'plugin',
    }[backup.configured],
    'Object store': backup.plugin?.objectStore ?? 'none',
    'Can be restored': backup.configured === 'none' || unknown ? null : possible === null ? 'no' : 'yes',
    'Last backup': backup.lastFailed ? `failed: ${backup.lastFailed.error ?? backup.lastFailed.name}` : 'did not fail',
    'WAL archiving': archiving.state === 'unknown' ? null : archiving.state,
  })
}

export function scheduleFacts({ backup }: ClusterStatus): Fact[] {
  return (backup.schedules.items ?? []).flatMap((schedule) =>
    present('Scheduled backups', schedule.name, {
      schedule: schedule.schedule,
      suspended: schedule.suspended ? 'yes' : 'no',
      error: schedule.error ?? 'none',
    }),
  )
}

export function poolerFacts({ poolers }: ClusterStatus): Fact[] {
  return (poolers.items ?? []).flatMap((pooler) =>
    present('Poolers', pooler.name, {
      type: pooler.type,
      mode: pooler.poolMode,
      instances: pooler.instancesWanted,
      ready: pooler.ready,
      paused: pooler.paused ? 'yes' : 'no',
      error: pooler.error ?? 'none',
    }),
  )
}

export function appliedFacts(section: string, listing: Listing<AppliedObject> | null): Fact[] {
  return (listing?.items ?? []).flatMap(({ name, target, owner, applied, stale, message }) =>
    present(section, name, {
      'name in PostgreSQL': target,
      owner,
      applied: applied === null ? 'not yet' : applied ? (stale ? 'not the last change' : 'yes') : 'no',
      message: applied === true ? 'none' : (message ?? 'none'),
    }),
  )
}

export function managedFacts({ managedRoles, tablespaces, plugins }: ClusterStatus): Fact[] {
  const errorOf = (name: string) => managedRoles.cannotReconcile.find(({ role }) => role === name)?.errors.join('; ')
  const roles = managedRoles.byStatus.flatMap(({ status, roles: names }) =>
    names.flatMap((name) => present('Managed roles', name, { state: status, error: errorOf(name) ?? 'none' })),
  )
  return [
    ...roles,
    ...tablespaces.flatMap(({ name, owner, state, error }) =>
      present('Tablespaces', name, { owner, state, error: error ?? 'none' }),
    ),
    ...plugins.flatMap(({ name, version, status }) => present('Plugins', name, { version, status })),
  ]
}

export function budgetFacts({ disruptionBudgets }: ClusterStatus): Fact[] {
  return (disruptionBudgets.items ?? []).flatMap((budget) =>
    present('Disruption budgets', budget.name, {
      role: budget.role,
      'evictions allowed': budget.disruptionsAllowed,
    }),
  )
}

/** That there is a finding and how bad it is; its figures move. */
export function findingFacts(findings: readonly Finding[]): Fact[] {
  return findings.map(({ id, severity, message, objects }) => ({
    section: 'Findings',
    subject: [id, ...objects].join(' '),
    field: null,
    value: severity,
    text: `${severity}: ${message}`,
  }))
}
