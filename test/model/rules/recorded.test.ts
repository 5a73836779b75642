import { describe, expect, it } from 'vitest'

import { assess } from '../../../src/model/rules/assess.ts'
import { recordedStates } from '../../helpers/recorded-snapshot.ts'
import { recordedStatus } from '../../helpers/status-screen.ts'

/**
 * What an operator would call out in each recorded state. In `rec-main` a Pooler never finds its image, and from 05:56:17 on
 * the newest backup is one that failed.
 */
const EXPECTED: Record<string, string[]> = {
  // Runs, which is no failure; 25 WAL files wait during a bulk load, and archiving works.
  'backup-running': ['warning pooler-not-ready', 'info backup-running'],
  'bad-image': ['warning instance-not-ready', 'info image-differs'],
  'base-backup-streaming': ['warning backup-failed', 'warning pooler-not-ready', 'info instance-joining'],
  'certificates-expiring': ['critical certificate-expiring-user'],
  // The stale timelines of the standbys, and a leftover failed .history file, are nothing.
  'failover-done': ['warning backup-failed', 'warning pooler-not-ready'],
  'failover-running-a': [
    'critical no-primary',
    'warning failover-running',
    'warning backup-failed',
    'warning pooler-not-ready',
  ],
  'failover-running-b': [
    'critical no-primary',
    'warning failover-running',
    'warning backup-failed',
    'warning pooler-not-ready',
  ],
  // A fenced instance that says `isPrimary` is none, and its pod that is not ready is so on purpose.
  'fenced-all': ['critical fenced', 'warning backup-failed', 'warning pooler-not-ready'],
  'fenced-one': ['warning backup-failed', 'warning pooler-not-ready', 'info fenced'],
  healthy: ['warning pooler-not-ready'],
  'healthy-single': [],
  'healthy-sync': [],
  hibernated: ['info hibernated'],
  'hibernation-blocked': ['warning restart-stuck', 'warning pending-restart', 'warning hibernation-blocked'],
  'hibernation-waking': ['critical instance-not-ready', 'warning instance-missing'],
  'initializing-a': ['info initializing'],
  'initializing-b': ['info instance-joining', 'info recoverability-missing'],
  // The instance is well: only one way to it is closed.
  'instance-blackholed': [],
  'instance-missing': ['warning instance-not-ready', 'warning backup-failed', 'warning pooler-not-ready'],
  'instance-unreachable': ['warning instance-manager-frozen', 'warning backup-failed', 'warning pooler-not-ready'],
  'lagging-replica': [
    'warning replay-paused',
    'warning replica-lag',
    'warning backup-failed',
    'warning pooler-not-ready',
  ],
  'long-names': [],
  maintenance: ['info maintenance'],
  'managed-roles': ['warning role-not-applied', 'warning role-not-applied'],
  'no-slots': [],
  'operator-1.15.1-failover-done': [],
  // That the other standby has not found the new primary yet is part of it.
  'operator-1.15.1-failover-running': ['warning failover-running', 'warning instance-not-ready'],
  'operator-1.15.1-healthy': [],
  'operator-1.15.1-upgrade-done': [],
  'pending-restart': ['warning rollout-waiting', 'warning pending-restart'],
  pooler: ['warning pooler-not-ready', 'warning pooler-not-ready'],
  // Its service has no endpoint, though PostgreSQL works.
  'primary-unreachable': ['critical instance-not-ready', 'warning instance-manager-frozen'],
  // What may not be seen is no finding.
  'rbac-cluster-only': [],
  'rbac-no-exec': ['warning slot-lost'],
  'rbac-no-proxy': [],
  'replica-cluster': ['info replica-cluster'],
  'replica-cluster-origin': [],
  // The operator is at it.
  'restart-running': ['warning instance-not-ready', 'info pending-restart'],
  'restart-stuck': ['warning restart-stuck', 'warning pending-restart'],
  restored: [],
  restoring: ['info initializing'],
  'rollout-supervised': ['warning rollout-waiting'],
  'scaled-down-running': ['info instance-leaving'],
  'scaled-up-running': ['info instance-joining'],
  tablespaces: ['warning role-not-applied', 'warning role-not-applied'],
  'two-clusters-one-namespace': [],
  'two-clusters-one-namespace-ab': [],
  'unmanaged-slots': ['warning slot-lost'],
  // Since 24 seconds: not critical yet.
  'wal-archive-failing': ['warning wal-archiving', 'warning pooler-not-ready', 'info backup-running'],
}

describe('recorded states', () => {
  it('are all expected', () => expect(Object.keys(EXPECTED).sort()).toEqual(recordedStates()))

  it.each(Object.entries(EXPECTED))('%s', (state, expected) => {
    expect(assess(recordedStatus(state)).map(({ severity, id }) => `${severity} ${id}`)).toEqual(expected)
  })

  it.each([
    ['failover-running-b', 'no primary for 21s: mycluster-2 has no pod; mycluster-1 is to take over'],
    [
      'instance-missing',
      /^mycluster-3 is not ready: Pending \(Unschedulable\): 0\/1 nodes are available: .*node affinity/,
    ],
    ['bad-image', /^mycluster-3 is not ready for 31s: ErrImagePull: .*postgresql:15\.99/],
    ['lagging-replica', 'mycluster-2 replays 110 MB behind the primary (7s); replay is paused there'],
    ['wal-archive-failing', /^WAL archiving has been failing for 24s: 28 files wait, .*exit status 2$/],
    ['pending-restart', 'mycluster-1, mycluster-2 and mycluster-3 wait for a restart: max_connections 50 -> 40'],
    ['base-backup-streaming', 'mycluster-4 is being made: join job running: 225 MB of 444 MB copied (51 %)'],
    [
      'restart-running',
      /^mycluster-1 waits for a restart: max_connections 50 -> 60; the operator restarts one instance/,
    ],
    [
      'hibernation-waking',
      /^mycluster-1 \(primary\) is not ready for 3s: not answering \(503\): port 8000 was not reached: [^;]*name$/,
    ],
    [
      'certificates-expiring',
      /^certificates my-repl-tls \(replication\) and my-server-tls \(server\) expire in 2d 23h/,
    ],
    ['restoring', /^the first instance is being restored from backup mycluster-second for 18s/],
    ['managed-roles', /^role bob is not applied: failed to get password secret no-such-secret/],
  ])('%s says what an operator needs', (state, message) => {
    const messages = assess(recordedStatus(state)).map((finding) => finding.message)
    expect(messages).toContainEqual(typeof message === 'string' ? message : expect.stringMatching(message))
  })
})
