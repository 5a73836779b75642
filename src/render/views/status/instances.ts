import type { Tone } from '../../../host/types.ts'
import type { ClusterStatus, InstanceState } from '../../../model/cluster-status.ts'
import { prettySize } from '../../../model/size.ts'
import { age } from '../../../model/time.ts'
import { cell, note, section, table, type Block, type Cell, type Column, type Section } from '../../document.ts'
import { missingNote } from './missing.ts'
import type { StatusViewOptions } from './options.ts'

/** Always the last section; under the table one line for each instance that needs a word more. */
export function instancesSection(status: ClusterStatus, options: StatusViewOptions): Section {
  const { instances, reached, problems } = status
  const heading = cell('Instances status', 'title')
  const pods = problems.find(({ subject }) => subject === 'pods') ?? null
  if (instances.length === 0) return section(heading, pods ? missingNote(pods, '') : note('No instances found', 'warn'))
  const columns = [...instanceColumns(instances), ...(options.wide ? wideColumns(status.takenAt) : [])]
  return section(
    heading,
    reached.note !== null && note(reached.note, 'warn'),
    table(columns, instances),
    pods && missingNote(pods, ''),
    ...(options.verbosity > 0 ? mountNotes(instances) : []),
    ...detailNotes(status),
  )
}

function instanceColumns(instances: readonly InstanceState[]): readonly Column<InstanceState>[] {
  const sized = instances.some(({ databaseSize }) => databaseSize !== null)
  return COLUMNS.filter(({ title }) => title !== 'Database Size' || sized)
}

/** Columns of the newer layout; all but the last are the seed's. */
export const COLUMNS: readonly Column<InstanceState>[] = [
  { title: 'Name', cell: ({ name }) => cell(name) },
  { title: 'Database Size', cell: ({ databaseSize }) => cell(databaseSize) },
  { title: 'Current LSN', cell: (state) => cell(currentLsn(state)) },
  { title: 'Replication role', cell: roleCell },
  { title: 'Status', cell: ({ statusText, statusKind }) => cell(statusText, tone(statusKind)) },
  { title: 'QoS', cell: ({ pod }) => cell(pod?.qos) },
  { title: 'Manager Version', cell: ({ managerVersion }) => cell(managerVersion) },
  { title: 'Node', cell: ({ pod }) => cell(pod?.node) },
]

function currentLsn({ role, currentLsn, replayLsn }: InstanceState): string | null {
  return role === 'primary' ? currentLsn : replayLsn
}

function roleCell({ role, roleText }: InstanceState): Cell {
  return cell(roleText, role === 'fenced' ? 'warn' : 'plain')
}

/** Only what is not well is coloured: the official leaves this table plain. */
function tone(kind: InstanceState['statusKind']): Tone {
  return kind === 'good' ? 'plain' : kind
}

function wideColumns(now: string): readonly Column<InstanceState>[] {
  return [
    { title: 'Zone', cell: ({ pod }) => cell(pod?.zone) },
    { title: 'Pod IP', cell: ({ pod }) => cell(pod?.podIP) },
    { title: 'Node IP', cell: ({ pod }) => cell(pod?.hostIP) },
    { title: 'Restarts', cell: ({ pod }) => cell(pod?.restarts) },
    { title: 'Uptime', cell: ({ pod }) => cell(age(pod?.startedAt, now)) },
    { title: 'Timeline', cell: ({ timeline }) => cell(timeline) },
    { title: 'Asked By', cell: ({ via }) => cell(via) },
    { title: 'Image', cell: ({ pod }) => cell(pod?.image) },
  ]
}

/** Lines under the table; what holds for several instances stands there once. */
function detailNotes({ instances, reached }: ClusterStatus): Block[] {
  const grouped = new Map<string, InstanceState[]>()
  for (const state of instances) {
    const text = state.detail ?? detour(state, reached.note !== null)
    if (text !== null) grouped.set(text, [...(grouped.get(text) ?? []), state])
  }
  const details = [...grouped].map(([text, states]) =>
    note(`${states.map(({ name }) => name).join(', ')}: ${text}`, tone(states[0]!.statusKind)),
  )
  return [...details, ...settingNotes(instances)]
}

/** By which way an instance was asked when it was not the first, unless that was said of all. */
function detour({ via, failures }: InstanceState, said: boolean): string | null {
  if (said || (via !== 'exec' && via !== 'sql')) return null
  const tried = failures.map(({ way, reason }) => `${way}: ${reason}`).join('; ')
  // That the manager answers in its pod leaves the network.
  const hint = via === 'exec' ? failures.find(({ way, kind }) => way === 'proxy' && kind !== 'forbidden')?.hint : null
  return `asked through ${via}${tried === '' ? '' : ` (${tried})`}${hint ? `. ${hint}` : ''}`
}

function settingNotes(instances: readonly InstanceState[]): Block[] {
  return instances.flatMap((state) => [
    ...(state.pendingSettings ?? []).map((row) =>
      note(`${state.name}: ${row.name} is ${row.current}, ${row.pending ?? 'another value'} after a restart`, 'warn'),
    ),
    ...(state.configurationErrors ?? []).map((row) =>
      note(
        `${state.name}: ${row.name === null ? '' : `${row.name}: `}${row.error} (${row.file}${row.line === null ? '' : `, line ${row.line}`})`,
        'bad',
      ),
    ),
  ])
}

function mountNotes(instances: readonly InstanceState[]): Block[] {
  return instances.flatMap(({ name, mounts }) =>
    (mounts ?? []).map(({ mount, freeBytes, totalBytes }) =>
      note(`${name}: ${prettySize(freeBytes)} of ${prettySize(totalBytes)} free on ${mount}`),
    ),
  )
}
