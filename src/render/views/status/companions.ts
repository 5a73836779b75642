import type {
  AppliedObject,
  ClusterStatus,
  DisruptionBudget,
  Listing,
  Plugin,
  PoolerStatus,
  Tablespace,
  VolumeStatus,
} from '../../../model/cluster-status.ts'
import { cell, note, section, table, type Cell, type Column, type Section } from '../../document.ts'
import { missingNote } from './missing.ts'
import type { StatusViewOptions } from './options.ts'

/** The sections of `-v` between replication and instances. */
export function companionSections(status: ClusterStatus, { verbosity }: StatusViewOptions): (Section | null)[] {
  if (verbosity === 0) return []
  return [
    ...rolesSections(status),
    tablespacesSection(status.tablespaces),
    listed(
      'Pod Disruption Budgets status',
      status.disruptionBudgets,
      BUDGET_COLUMNS,
      'No active PodDisruptionBudgets found',
    ),
    pluginsSection(status.plugins),
    listed('Poolers', status.poolers, POOLER_COLUMNS, null),
    listed('Databases', status.databases, appliedColumns('Database'), null),
    status.publications && listed('Publications', status.publications, appliedColumns('Publication'), null),
    status.subscriptions && listed('Subscriptions', status.subscriptions, appliedColumns('Subscription'), null),
    status.databaseRoles && listed('Database roles', status.databaseRoles, appliedColumns('Role'), null),
    volumesSection(status),
  ]
}

/** What `-v` shows of a cluster that sleeps: its pods are gone, its volumes are not. */
export function restingSections(status: ClusterStatus, { verbosity }: StatusViewOptions): (Section | null)[] {
  return verbosity === 0 ? [] : [pluginsSection(status.plugins), volumesSection(status)]
}

function volumesSection({ volumes }: ClusterStatus): Section | null {
  return volumes && listed('Volumes', volumes, VOLUME_COLUMNS, 'No volumes found')
}

/** A list, why it is not known, or what to say of an empty one (null: nothing). */
function listed<T>(
  title: string,
  { items, problem }: Listing<T>,
  columns: readonly Column<T>[],
  empty: string | null,
): Section | null {
  const heading = cell(title, 'title')
  if (items === null) return section(heading, missingNote(problem, 'not read'))
  if (items.length > 0) return section(heading, table(columns, items))
  return empty === null ? null : section(heading, note(empty))
}

function rolesSections({ managedRoles }: ClusterStatus): Section[] {
  const { byStatus, cannotReconcile } = managedRoles
  const settled = byStatus.every(
    ({ status, roles }) => roles.length === 0 || status === 'reconciled' || status === 'reserved',
  )
  const heading = cell('Managed roles status', cannotReconcile.length > 0 ? 'bad' : settled ? 'title' : 'warn')
  if (byStatus.length === 0 && cannotReconcile.length === 0) return [section(heading, note('No roles managed'))]
  const roles = section(
    heading,
    table(
      [
        {
          title: 'Status',
          cell: (row) => cell(row.status, row.status === 'pending-reconciliation' ? 'warn' : 'plain'),
        },
        { title: 'Roles', cell: (row) => cell(row.roles.join(',')) },
      ],
      byStatus,
    ),
  )
  if (cannotReconcile.length === 0) return [roles]
  const errors = section(
    cell('Irreconcilable roles', 'bad'),
    table(
      [
        { title: 'Role', cell: ({ role }) => cell(role) },
        { title: 'Errors', cell: (row) => cell(row.errors.join(',')) },
      ],
      cannotReconcile,
    ),
  )
  return [roles, errors]
}

function tablespacesSection(tablespaces: readonly Tablespace[]): Section {
  const bad = tablespaces.some(({ error }) => error !== null)
  const heading = cell('Tablespaces status', bad ? 'bad' : tablespaces.every(isReconciled) ? 'title' : 'warn')
  return tablespaces.length === 0
    ? section(heading, note('No managed tablespaces'))
    : section(heading, table(TABLESPACE_COLUMNS, tablespaces))
}

function isReconciled({ state }: Tablespace): boolean {
  return state === 'reconciled'
}

const TABLESPACE_COLUMNS: readonly Column<Tablespace>[] = [
  { title: 'Tablespace', cell: ({ name }) => cell(name) },
  { title: 'Owner', cell: ({ owner }) => cell(owner) },
  { title: 'Status', cell: (row) => cell(row.state, isReconciled(row) ? 'plain' : 'warn') },
  { title: 'Temporary', cell: ({ temporary }) => cell(temporary === null ? null : String(temporary)) },
  { title: 'Error', cell: ({ error }) => cell(error, error === null ? 'plain' : 'bad') },
]

const BUDGET_COLUMNS: readonly Column<DisruptionBudget>[] = [
  { title: 'Name', cell: ({ name }) => cell(name) },
  { title: 'Role', cell: ({ role }) => cell(role) },
  { title: 'Expected Pods', cell: ({ expectedPods }) => cell(expectedPods) },
  { title: 'Current Healthy', cell: ({ currentHealthy }) => cell(currentHealthy) },
  { title: 'Minimum Desired Healthy', cell: ({ desiredHealthy }) => cell(desiredHealthy) },
  { title: 'Disruptions Allowed', cell: ({ disruptionsAllowed }) => cell(disruptionsAllowed) },
]

/** Names of capabilities (spec/commands-core.md 3.4, block 16). */
const CAPABILITIES: Readonly<Record<string, string>> = {
  TYPE_OPERATOR_SERVICE: 'Operator Service',
  TYPE_WAL_SERVICE: 'WAL Service',
  TYPE_BACKUP_SERVICE: 'Backup Service',
  TYPE_RESTORE_JOB: 'Restore Job',
  TYPE_RECONCILER_HOOKS: 'Reconciler Hooks',
  TYPE_LIFECYCLE_SERVICE: 'Lifecycle Service',
  TYPE_POSTGRES: 'Postgres Service',
}

function pluginsSection(plugins: readonly Plugin[]): Section {
  const heading = cell('Plugins status', 'title')
  if (plugins.length === 0) return section(heading, note('No plugins found'))
  return section(heading, table(PLUGIN_COLUMNS, plugins))
}

const PLUGIN_COLUMNS: readonly Column<Plugin>[] = [
  { title: 'Name', cell: ({ name }) => cell(name) },
  { title: 'Version', cell: ({ version }) => cell(version) },
  { title: 'Status', cell: ({ status }) => cell(status ?? 'N/A') },
  { title: 'Reported Operator Capabilities', cell: ({ capabilities }) => capabilitiesCell(capabilities) },
]

function capabilitiesCell(capabilities: readonly string[]): Cell {
  const names = capabilities.filter((name) => name !== 'TYPE_UNSPECIFIED').map((name) => CAPABILITIES[name] ?? name)
  return cell(names.length === 0 ? 'N/A' : names.join(', '))
}

const POOLER_COLUMNS: readonly Column<PoolerStatus>[] = [
  { title: 'Name', cell: ({ name }) => cell(name) },
  { title: 'Type', cell: ({ type }) => cell(type) },
  { title: 'Ready', cell: poolerInstances },
  { title: 'Pool Mode', cell: ({ poolMode }) => cell(poolMode) },
  { title: 'Phase', cell: ({ phase, paused }) => cell(phase ?? (paused ? 'paused' : null)) },
  { title: 'Message', cell: ({ error, trouble, phaseReason }) => cell(error ?? trouble ?? phaseReason) },
]

/** Ready ones where its pods are known: the operator counts those that exist. */
function poolerInstances({ ready, instances, instancesWanted }: PoolerStatus): Cell {
  const actual = ready ?? instances
  return cell(`${actual ?? '-'}/${instancesWanted ?? '-'}`, actual === instancesWanted ? 'plain' : 'warn')
}

function appliedColumns(kind: string): readonly Column<AppliedObject>[] {
  return [
    { title: 'Name', cell: ({ name }) => cell(name) },
    { title: kind, cell: ({ target }) => cell(target) },
    { title: 'Applied', cell: appliedCell },
    { title: 'Message', cell: ({ message }) => cell(message) },
  ]
}

function appliedCell({ applied, stale }: AppliedObject): Cell {
  if (applied === null) return cell('not yet', 'warn')
  if (!applied) return cell('no', 'bad')
  return stale ? cell('yes (an older version)', 'warn') : cell('yes')
}

const VOLUME_COLUMNS: readonly Column<VolumeStatus>[] = [
  { title: 'Name', cell: ({ name }) => cell(name) },
  { title: 'Instance', cell: ({ instance }) => cell(instance) },
  { title: 'Role', cell: ({ role }) => cell(role) },
  { title: 'Phase', cell: ({ phase }) => cell(phase, phase === 'Bound' ? 'plain' : 'warn') },
  { title: 'Requested', cell: ({ requested }) => cell(requested) },
  { title: 'Capacity', cell: ({ capacity }) => cell(capacity) },
  { title: 'Class', cell: ({ storageClass }) => cell(storageClass) },
  { title: 'Operator', cell: ({ operatorState }) => cell(operatorState) },
]
