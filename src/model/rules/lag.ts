import type { ClusterStatus, StandbyRow } from '../cluster-status.ts'
import { prettyLag } from '../size.ts'
import { severityAt } from './thresholds.ts'
import type { Hit, Levels, Rule } from './types.ts'
import { span } from './words.ts'

/**
 * How far standbys are behind, always within the primary's own record: the answers of two instances are not simultaneous.
 */
export const LAG_RULES: readonly Rule[] = [
  {
    id: 'replica-lag',
    title: 'standby behind in bytes',
    scope: 'instance',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'lag-bytes',
      unit: 'bytes',
      summary: 'WAL that a standby has not replayed',
      warning: '16MB',
      critical: '128MB',
      perfdata: { name: 'lag_bytes', value: (status) => worst(status, (row) => row.replayLagBytes) },
    },
    blocks: { promote: 'force' },
    cause:
      'The standby does not keep up. Not sent: the network or the primary; not flushed: the volume of the standby; not replayed: replay is paused, held up by ' +
      'a query or slower than the writers.',
    consequence: 'Queries there see old data; a switchover takes longer, and a failover loses what was not received.',
    next: ['kubectl cnpg status CLUSTER --watch', 'kubectl logs INSTANCE --tail=50'],
    test: bytesBehind,
  },
  {
    id: 'replica-lag-time',
    title: 'standby behind in time',
    scope: 'instance',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'lag-seconds',
      unit: 'seconds',
      summary: 'Time by which a standby replays later; counts only while bytes are behind',
      warning: '5m',
      critical: '30m',
      perfdata: { name: 'lag_seconds', value: (status) => worst(status, secondsBehind) },
    },
    blocks: { promote: 'force' },
    cause:
      'As replica-lag: with few writes little WAL can be old. A standby without anything left to replay is never late, whatever its clock says.',
    consequence: 'Queries there see old data.',
    next: ['kubectl cnpg status CLUSTER --watch', 'kubectl logs INSTANCE --tail=50'],
    test: timeBehind,
  },
]

/** The largest value of all standbys; null when one is not known and undefined when there is no standby to measure. */
function worst(
  status: ClusterStatus,
  value: (row: StandbyRow, status: ClusterStatus) => number | null,
): number | null | undefined {
  const { state, standbys } = status.replication
  if (state === 'single') return undefined
  if (state === 'unknown') return null
  const known = standbys.map((row) => value(row, status)).filter((number) => number !== null)
  return known.length === 0 ? (standbys.length === 0 ? undefined : null) : Math.max(...known)
}

/** Seconds only count with bytes behind: the age of the last transaction replayed grows on an idle standby too. */
function secondsBehind(row: StandbyRow, status: ClusterStatus): number | null {
  if (row.replayLagBytes === null) return null
  if (row.replayLagBytes === 0) return 0
  const own = status.instances.find((instance) => instance.name === row.name)?.replicationLagSeconds
  return row.replayLagSeconds ?? own ?? null
}

function bytesBehind(status: ClusterStatus, levels: Levels): Hit[] {
  return status.replication.standbys.flatMap((row) => {
    const severity = row.replayLagBytes === null ? null : severityAt(levels, row.replayLagBytes)
    if (severity === null || row.replayLagBytes === null) return []
    const seconds = secondsBehind(row, status)
    const time = seconds === null || seconds < 1 ? '' : ` (${span(seconds)})`
    const message = `${row.name} replays ${prettyLag(row.replayLagBytes)} behind the primary${time}${whereItWaits(row, status)}`
    return [{ severity, message, objects: [row.name] }]
  })
}

/** Where the WAL is that is not replayed: not sent, not flushed there, or only not replayed. */
function whereItWaits(row: StandbyRow, status: ClusterStatus): string {
  const unsent = row.sendLagBytes ?? 0
  const unflushed = Math.max(0, (row.flushLagBytes ?? unsent) - unsent)
  const parts = [
    unsent > 0 ? `${prettyLag(unsent)} not sent yet` : '',
    unflushed > 0 ? `${prettyLag(unflushed)} not flushed there` : '',
    isPaused(row, status) ? 'replay is paused there' : '',
  ].filter(Boolean)
  if (parts.length > 0) return `; ${parts.join(', ')}`
  return row.flushLagBytes === 0 ? '; all of it has arrived there' : ''
}

function isPaused(row: StandbyRow, status: ClusterStatus): boolean {
  return status.instances.some((instance) => instance.name === row.name && instance.replayPaused === true)
}

function timeBehind(status: ClusterStatus, levels: Levels): Hit[] {
  return status.replication.standbys.flatMap((row) => {
    const seconds = secondsBehind(row, status)
    const severity = seconds === null || seconds === 0 ? null : severityAt(levels, seconds)
    if (severity === null || seconds === null) return []
    const message = `${row.name} replays ${span(seconds)} later than the primary writes (${prettyLag(row.replayLagBytes ?? 0)} behind)`
    return [{ severity, message, objects: [row.name] }]
  })
}
