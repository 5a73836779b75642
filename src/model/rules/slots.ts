import type { ClusterStatus, Slot } from '../cluster-status.ts'
import { prettyLag } from '../size.ts'
import { severityAt } from './thresholds.ts'
import type { Hit, Levels, Rule } from './types.ts'
import { counted, names } from './words.ts'

/** Replication slots of the primary. */
export const SLOT_RULES: readonly Rule[] = [
  {
    id: 'slot-lost',
    title: 'replication slot lost',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    cause: 'The consumer was away for so long that max_slot_wal_keep_size let its WAL be removed.',
    consequence: 'The slot is dead: its standby has to be made anew, its subscriber to copy everything again.',
    next: ["kubectl cnpg psql CLUSTER -- -c 'SELECT * FROM pg_replication_slots'"],
    test: lost,
  },
  {
    id: 'slot-unreserved',
    title: 'replication slot about to be lost',
    scope: 'cluster',
    severities: ['warning'],
    cause: 'The slot is further behind than max_slot_wal_keep_size: the next checkpoint may remove its WAL.',
    consequence: 'It will be lost unless its consumer catches up at once.',
    next: ["kubectl cnpg psql CLUSTER -- -c 'SELECT * FROM pg_replication_slots'"],
    test: unreserved,
  },
  {
    id: 'slot-wal',
    title: 'replication slot holds much WAL',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'slot-wal',
      unit: 'bytes',
      summary: 'WAL that one replication slot holds back',
      warning: '1GB',
      critical: '10GB',
      perfdata: { name: 'slot_wal_bytes', value: mostHeld },
    },
    cause: 'The consumer of the slot is away or slow; WAL is kept until it has received it.',
    consequence: 'The WAL volume of the primary fills up, and then PostgreSQL stops.',
    next: ["kubectl cnpg psql CLUSTER -- -c 'SELECT * FROM pg_replication_slots'"],
    test: holding,
  },
  {
    id: 'slot-inactive',
    title: 'replication slot without a consumer',
    scope: 'cluster',
    severities: ['warning'],
    cause:
      'A slot that no instance of the cluster uses has no connection: its subscriber is down, or it was forgotten.',
    consequence: 'It holds WAL back, and old rows too if it is a logical one, until it is used or dropped.',
    next: ["kubectl cnpg psql CLUSTER -- -c 'SELECT * FROM pg_replication_slots'"],
    test: inactive,
  },
  {
    id: 'unmanaged-slots',
    title: 'replication slots of others',
    scope: 'cluster',
    severities: ['info'],
    cause: 'Somebody made slots that the operator does not manage, for example for logical replication.',
    consequence: 'A failover may lose them, unless they are synchronised to the standbys.',
    next: ["kubectl cnpg psql CLUSTER -- -c 'SELECT * FROM pg_replication_slots'"],
    test: unmanaged,
  },
]

function isLost(slot: Slot): boolean {
  return slot.walStatus === 'lost'
}

/** Slots of running base backups go by themselves. */
function isPassing(slot: Slot): boolean {
  return /^pg_basebackup_\d+$/.test(slot.name) && slot.active
}

/** An unused slot of an instance is that instance's trouble, which has a finding of its own. */
function isOfInstance(slot: Slot): boolean {
  return slot.managed && slot.instance !== null
}

/** A lost slot has no position: the WAL it held is unknown, not zero. */
function lost(status: ClusterStatus): Hit[] {
  const gone = (status.slots ?? []).filter(isLost)
  const groups = [gone.filter(isOfInstance), gone.filter((slot) => !isOfInstance(slot))].filter(
    (group) => group.length > 0,
  )
  return groups.map((group) => {
    const list = group.map(({ name }) => name)
    const ofInstances = isOfInstance(group[0]!)
    const effect = ofInstances
      ? `${names(group.map(({ instance }) => instance!))} cannot follow any more`
      : 'what consumed them has to start anew'
    const message = `${counted(list.length, 'replication slot')} lost their WAL (${names(list)}): ${effect}`
    return { severity: ofInstances ? 'critical' : 'warning', message: singular(message, list.length), objects: list }
  })
}

function singular(message: string, length: number): string {
  return length === 1
    ? message.replace('slot lost their', 'slot lost its').replace('consumed them', 'consumed it')
    : message
}

function unreserved(status: ClusterStatus): Hit[] {
  return (status.slots ?? [])
    .filter((slot) => slot.walStatus === 'unreserved')
    .map((slot) => ({
      severity: 'warning',
      message: `replication slot ${slot.name} is about to lose its WAL${held(slot)}`,
      objects: [slot.name],
    }))
}

function held(slot: Slot): string {
  return slot.heldBytes === null ? '' : ` (it is ${prettyLag(slot.heldBytes)} behind)`
}

function mostHeld(status: ClusterStatus): number | null | undefined {
  if (status.slots === null) return null
  const known = status.slots.map(({ heldBytes }) => heldBytes).filter((bytes) => bytes !== null)
  return known.length === 0 ? undefined : Math.max(...known)
}

function holding(status: ClusterStatus, levels: Levels): Hit[] {
  return (status.slots ?? []).flatMap((slot) => {
    const severity = slot.heldBytes === null || isLost(slot) ? null : severityAt(levels, slot.heldBytes)
    if (severity === null || slot.heldBytes === null) return []
    const use = slot.active ? 'active' : 'inactive'
    const owner = slot.instance ? ` of ${slot.instance}` : ''
    const message = `replication slot ${slot.name}${owner} (${use}) holds ${prettyLag(slot.heldBytes)} of WAL`
    return [{ severity, message, objects: [slot.name] }]
  })
}

function inactive(status: ClusterStatus): Hit[] {
  return (status.slots ?? [])
    .filter((slot) => !slot.active && !isLost(slot) && !isOfInstance(slot))
    .map((slot) => {
      const wal = slot.heldBytes === null ? '' : ` and holds ${prettyLag(slot.heldBytes)} of WAL`
      return { severity: 'warning', message: `replication slot ${slot.name} is inactive${wal}`, objects: [slot.name] }
    })
}

/** Those that work: the others have findings of their own. */
function unmanaged(status: ClusterStatus): Hit[] {
  const list = (status.slots ?? [])
    .filter((slot) => !slot.managed && slot.active && !isLost(slot) && !isPassing(slot))
    .map(({ name }) => name)
  if (list.length === 0) return []
  const message = `${counted(list.length, 'replication slot')} not managed by the operator: ${names(list)}`
  return [{ severity: 'info', message, objects: list }]
}
