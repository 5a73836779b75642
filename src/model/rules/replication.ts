import type { ClusterStatus } from '../cluster-status.ts'
import {
  expectedStandbys,
  goesToSleep,
  missingPrimary,
  namedPrimary,
  nothingToFollow,
  primaryMoves,
  streamingRow,
} from './facts.ts'
import type { Hit, Rule } from './types.ts'
import { since } from './words.ts'

/** After a promotion the standbys are given this long to find the new primary. */
const FOLLOWING_SECONDS = 60

/** Do the standbys follow? How far behind they are is in lag.ts. */
export const REPLICATION_RULES: readonly Rule[] = [
  {
    id: 'timeline-mismatch',
    title: 'standby on another timeline',
    scope: 'instance',
    severities: ['critical'],
    blocks: { promote: 'refuse' },
    cause:
      'After a failover the standby did not follow to the new timeline, or it has written one of its own. The timeline that a ' +
      'streaming standby reports may be old after a failover and is not believed.',
    consequence: 'It never catches up by itself; promoting it loses what was written since.',
    next: ['kubectl logs INSTANCE --tail=50', 'kubectl cnpg destroy CLUSTER INSTANCE'],
    test: timelines,
  },
  {
    id: 'sync-replicas',
    title: 'fewer synchronous standbys than wanted',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    blocks: { restart: 'force', destroy: 'force' },
    cause:
      'Fewer standbys confirm commits than the Cluster demands: they are down, not streaming or still catching up.',
    consequence:
      'With dataDurability "required" commits wait until enough standbys are back; with "preferred" they no longer wait, so a failover can lose them.',
    next: ['kubectl cnpg status CLUSTER'],
    test: synchronous,
  },
  {
    id: 'replica-not-streaming',
    title: 'standby not streaming',
    scope: 'instance',
    severities: ['warning'],
    blocks: { promote: 'force' },
    cause:
      'The primary has no streaming connection of this standby, or it is still catching up, is being rewound or receives a base backup.',
    consequence: 'It falls behind; a failover to it would lose data.',
    next: ['kubectl logs INSTANCE --tail=50', 'kubectl cnpg status CLUSTER -v'],
    test: notStreaming,
  },
  {
    id: 'wal-receiver-down',
    title: 'WAL receiver down',
    scope: 'instance',
    severities: ['warning'],
    blocks: { promote: 'force' },
    cause:
      'The standby has no connection to the primary: wrong or expired certificates, a network policy, a lost replication slot, or WAL that the primary no longer has.',
    consequence: 'It falls behind, or is fed from the archive only; a failover to it would lose data.',
    next: ['kubectl logs INSTANCE --tail=50', 'kubectl cnpg status CLUSTER -v'],
    test: receiverDown,
  },
  {
    id: 'replay-paused',
    title: 'replay paused',
    scope: 'instance',
    severities: ['warning'],
    blocks: { promote: 'force' },
    cause:
      'Somebody called pg_wal_replay_pause(), or recovery stopped at a setting that the standby has lower than the primary.',
    consequence: 'Queries there see old data, WAL piles up on its volume, and a promotion has to replay it first.',
    next: ["kubectl exec INSTANCE -c postgres -- psql -c 'SELECT pg_wal_replay_resume()'"],
    test: paused,
  },
]

function timelines(status: ClusterStatus): Hit[] {
  const primary = namedPrimary(status)
  const { timeline, transition, isReplicaCluster } = status.summary
  if (!primary || primary.presence !== 'answered' || timeline === null || transition !== 'none' || isReplicaCluster)
    return []
  const promoted = since(status, status.summary.promotedAt)
  const justPromoted = promoted !== null && promoted < FOLLOWING_SECONDS
  return expectedStandbys(status).flatMap((standby) => {
    const { name } = standby
    if (standby.timeline === null || standby.timeline === timeline || streamingRow(status, name)) return []
    // A standby that follows somehow reports the timeline of its last checkpoint, which may be an older one.
    if (standby.timeline < timeline && (standby.walReceiverActive === true || justPromoted)) return []
    const message = `${name} is on timeline ${standby.timeline} and does not stream, the primary is on ${timeline}`
    return [{ severity: 'critical', message, objects: [name] } satisfies Hit]
  })
}

function synchronous(status: ClusterStatus): Hit[] {
  const wanted = status.synchronous
  if (!wanted || wanted.confirming === null || wanted.confirming >= wanted.wanted || goesToSleep(status)) return []
  const required = wanted.dataDurability === 'required'
  const effect = required ? 'so commits wait' : 'and commits do not wait for the others'
  return [
    {
      severity: required ? 'critical' : 'warning',
      message: `too few synchronous standbys: ${wanted.confirming} of ${wanted.wanted} confirm commits, ${effect}`,
      objects: [],
    },
  ]
}

/** Standbys of an ordinary cluster without a row in the primary's record, while there is such a record. */
function notStreaming(status: ClusterStatus): Hit[] {
  const { replication, summary } = status
  if (summary.isReplicaCluster || (replication.state !== 'rows' && replication.state !== 'none')) return []
  if (missingPrimary(status) !== null || primaryMoves(status)) return []
  return expectedStandbys(status).flatMap((standby) => {
    const { name, rewinding, walReceiverActive } = standby
    if (streamingRow(status, name) || isDetached(walReceiverActive, rewinding)) return []
    const row = replication.standbys.find((candidate) => candidate.name === name)
    const why = rewinding
      ? 'pg_rewind runs there'
      : row
        ? `its connection is in state ${row.state ?? 'unknown'}`
        : 'the primary has no connection of it'
    return [{ severity: 'warning', message: `${name} does not stream: ${why}`, objects: [name] } satisfies Hit]
  })
}

function receiverDown(status: ClusterStatus): Hit[] {
  // Without a primary there is nothing to receive: that is the finding.
  if (nothingToFollow(status) || primaryMoves(status) || goesToSleep(status)) return []
  return expectedStandbys(status)
    .filter(
      (standby) => isDetached(standby.walReceiverActive, standby.rewinding) && !streamingRow(status, standby.name),
    )
    .map(({ name }) => ({
      severity: 'warning',
      message: `${name} has no WAL receiver: it does not stream`,
      objects: [name],
    }))
}

function isDetached(receiver: boolean | null, rewinding: boolean | null): boolean {
  return receiver === false && rewinding !== true
}

function paused(status: ClusterStatus): Hit[] {
  return status.instances
    .filter((instance) => instance.presence === 'answered' && instance.replayPaused === true)
    .map(({ name }) => ({ severity: 'warning', message: `replay is paused on ${name}`, objects: [name] }))
}
