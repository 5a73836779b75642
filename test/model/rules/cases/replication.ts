import { instanceOf, podOf, removePod, rowOf, slot, standbyRow } from '../../../helpers/status-builder.ts'
import type { RuleCase } from './case.ts'

const MB = 1024 ** 2
const GB = 1024 ** 3

export const REPLICATION_CASES: RuleCase[] = [
  {
    id: 'replica-not-streaming',
    about: 'the primary has no connection of it',
    appears: (s) => (s.replication.standbys = [standbyRow('mycluster-2')]),
    vanishes: (s) => s.replication.standbys.push(standbyRow('mycluster-3')),
    severity: 'warning',
    message: 'mycluster-3 does not stream: the primary has no connection of it',
    objects: ['mycluster-3'],
  },
  {
    id: 'replica-not-streaming',
    about: 'still catching up',
    appears: (s) => (rowOf(s, 'mycluster-3').state = 'catchup'),
    vanishes: (s) => (rowOf(s, 'mycluster-3').state = 'streaming'),
    severity: 'warning',
    message: 'mycluster-3 does not stream: its connection is in state catchup',
  },
  {
    id: 'replica-not-streaming',
    about: 'a primary that did not tell proves nothing',
    appears: (s) => (s.replication.standbys = [standbyRow('mycluster-2')]),
    vanishes: (s) => (s.replication.state = 'unknown'),
    severity: 'warning',
    message: /does not stream/,
  },
  {
    id: 'replica-not-streaming',
    about: 'its pod is not ready: that is said elsewhere',
    appears: (s) => (s.replication.standbys = [standbyRow('mycluster-2')]),
    vanishes: (s) => (podOf(s, 'mycluster-3').ready = false),
    severity: 'warning',
    message: /mycluster-3 does not stream/,
  },
  {
    id: 'wal-receiver-down',
    about: 'no WAL receiver and no row',
    appears: (s) => {
      s.replication.standbys = [standbyRow('mycluster-2')]
      instanceOf(s, 'mycluster-3').walReceiverActive = false
    },
    vanishes: (s) => (instanceOf(s, 'mycluster-3').walReceiverActive = true),
    severity: 'warning',
    message: 'mycluster-3 has no WAL receiver: it does not stream',
  },
  {
    id: 'wal-receiver-down',
    about: 'without a primary there is nothing to receive',
    appears: (s) => {
      s.replication.standbys = []
      instanceOf(s, 'mycluster-3').walReceiverActive = false
    },
    vanishes: (s) => removePod(s, 'mycluster-1'),
    severity: 'warning',
    message: /no WAL receiver/,
  },
  {
    id: 'wal-receiver-down',
    about: 'the primary says that it streams: the answers are not simultaneous',
    appears: (s) => {
      s.replication.standbys = [standbyRow('mycluster-2')]
      instanceOf(s, 'mycluster-3').walReceiverActive = false
    },
    vanishes: (s) => s.replication.standbys.push(standbyRow('mycluster-3')),
    severity: 'warning',
    message: /no WAL receiver/,
  },
  {
    id: 'replay-paused',
    about: 'by hand',
    appears: (s) => (instanceOf(s, 'mycluster-2').replayPaused = true),
    vanishes: (s) => (instanceOf(s, 'mycluster-2').replayPaused = false),
    severity: 'warning',
    message: 'replay is paused on mycluster-2',
    command: "kubectl exec mycluster-2 -c postgres -- psql -c 'SELECT pg_wal_replay_resume()'",
  },
  {
    id: 'timeline-mismatch',
    about: 'left behind on the old timeline',
    appears: (s) => {
      s.replication.standbys = [standbyRow('mycluster-2')]
      Object.assign(instanceOf(s, 'mycluster-3'), { timeline: 1, walReceiverActive: false })
    },
    // The timeline that a streaming standby reports may be old after a failover.
    vanishes: (s) => s.replication.standbys.push(standbyRow('mycluster-3')),
    severity: 'critical',
    message: 'mycluster-3 is on timeline 1 and does not stream, the primary is on 2',
  },
  {
    id: 'timeline-mismatch',
    about: 'a minute after the promotion; before that it is still looking for the new primary',
    appears: (s) => {
      s.summary.promotedAt = new Date(Date.parse(s.takenAt) - 61_000).toISOString()
      s.replication.standbys = [standbyRow('mycluster-2')]
      Object.assign(instanceOf(s, 'mycluster-3'), { timeline: 1, walReceiverActive: false })
    },
    vanishes: (s) => (s.summary.promotedAt = new Date(Date.parse(s.takenAt) - 59_000).toISOString()),
    severity: 'critical',
    message: /on timeline 1/,
  },
  {
    id: 'timeline-mismatch',
    about: 'ahead of the primary; told only while the primary stays where it is',
    appears: (s) => {
      s.replication.standbys = [standbyRow('mycluster-2')]
      instanceOf(s, 'mycluster-3').timeline = 3
    },
    vanishes: (s) => (s.summary.transition = 'switching'),
    severity: 'critical',
    message: /on timeline 3/,
  },
  {
    id: 'sync-replicas',
    about: 'commits wait',
    appears: (s) => (s.synchronous = { method: 'any', wanted: 1, confirming: 0, dataDurability: 'required' }),
    vanishes: (s) => (s.synchronous!.confirming = 1),
    severity: 'critical',
    message: 'too few synchronous standbys: 0 of 1 confirm commits, so commits wait',
  },
  {
    id: 'sync-replicas',
    about: 'preferred only; a primary that did not tell proves nothing',
    appears: (s) => (s.synchronous = { method: 'any', wanted: 2, confirming: 1, dataDurability: 'preferred' }),
    vanishes: (s) => (s.synchronous!.confirming = null),
    severity: 'warning',
    message: 'too few synchronous standbys: 1 of 2 confirm commits, and commits do not wait for the others',
  },
  {
    id: 'replica-lag',
    about: 'behind with paused replay',
    appears: (s) => {
      Object.assign(rowOf(s, 'mycluster-3'), { replayLagBytes: 812 * MB, replayLagSeconds: 840 })
      instanceOf(s, 'mycluster-3').replayPaused = true
    },
    vanishes: (s) => (rowOf(s, 'mycluster-3').replayLagBytes = 16 * MB),
    severity: 'critical',
    message: 'mycluster-3 replays 812 MB behind the primary (14m); replay is paused there',
    objects: ['mycluster-3'],
  },
  {
    id: 'replica-lag',
    about: 'tells what is not sent from what is not flushed',
    appears: (s) =>
      Object.assign(rowOf(s, 'mycluster-3'), {
        sendLagBytes: 20 * MB,
        flushLagBytes: 32 * MB,
        replayLagBytes: 40 * MB,
      }),
    vanishes: (s) => (rowOf(s, 'mycluster-3').replayLagBytes = null),
    severity: 'warning',
    message: 'mycluster-3 replays 40 MB behind the primary; 20 MB not sent yet, 12 MB not flushed there',
  },
  {
    id: 'replica-lag',
    about: 'just over the limit, all of it arrived',
    appears: (s) => (rowOf(s, 'mycluster-2').replayLagBytes = 16 * MB + 1),
    vanishes: (s) => (rowOf(s, 'mycluster-2').replayLagBytes = 16 * MB),
    severity: 'warning',
    message: 'mycluster-2 replays 16 MB behind the primary; all of it has arrived there',
  },
  {
    id: 'replica-lag-time',
    about: 'little WAL, but old',
    appears: (s) => Object.assign(rowOf(s, 'mycluster-2'), { replayLagBytes: 8192, replayLagSeconds: 301 }),
    // Without anything left to replay seconds mean nothing.
    vanishes: (s) => (rowOf(s, 'mycluster-2').replayLagBytes = 0),
    severity: 'warning',
    message: 'mycluster-2 replays 5m later than the primary writes (8192 B behind)',
  },
  {
    id: 'replica-lag-time',
    about: 'the clock of an idle standby goes on',
    appears: (s) => {
      Object.assign(rowOf(s, 'mycluster-2'), { replayLagBytes: 1, replayLagSeconds: null })
      instanceOf(s, 'mycluster-2').replicationLagSeconds = 86400
    },
    vanishes: (s) => (rowOf(s, 'mycluster-2').replayLagBytes = 0),
    severity: 'critical',
    message: /replays 1d later/,
  },
  {
    id: 'replica-source',
    about: 'the designated primary is cut off',
    appears: (s) => {
      Object.assign(s.summary, { isReplicaCluster: true, source: 'origin' })
      Object.assign(s.replication, { state: 'replica-cluster', standbys: [], sourceStreaming: false })
    },
    vanishes: (s) => (s.replication.sourceStreaming = null),
    severity: 'warning',
    message: 'mycluster-1 does not receive from origin',
  },
  {
    id: 'replica-cluster',
    about: 'follows another one',
    appears: (s) => {
      Object.assign(s.summary, { isReplicaCluster: true, source: 'origin' })
      Object.assign(s.replication, { state: 'replica-cluster', sourceStreaming: true })
    },
    vanishes: (s) => (s.summary.isReplicaCluster = false),
    severity: 'info',
    message: 'replica cluster of origin, designated primary mycluster-1',
  },
  {
    id: 'token-invalid',
    about: 'of another database',
    appears: (s) =>
      (s.promotionToken = {
        token: 'x',
        error: null,
        decoded: true,
        timeline: '1',
        redoWalFile: null,
        redoLsn: null,
        systemId: '42',
        systemIdMatches: false,
        checkpointTime: null,
        operatorVersion: null,
      }),
    vanishes: (s) => (s.promotionToken!.systemIdMatches = true),
    severity: 'warning',
    message: 'the promotion token belongs to another database (system identifier 42)',
  },
  {
    id: 'slot-lost',
    about: 'two of users; the WAL they held is not known',
    appears: (s) =>
      s.slots!.push(
        slot({ name: 'old_standby', active: false, walStatus: 'lost', restartLsn: null, heldBytes: null }),
        slot({ name: 'cdc_orders', active: false, walStatus: 'lost', restartLsn: null, heldBytes: null }),
      ),
    vanishes: (s) => {
      for (const entry of s.slots!) entry.walStatus = 'reserved'
    },
    severity: 'warning',
    message: '2 replication slots lost their WAL (old_standby and cdc_orders): what consumed them has to start anew',
    objects: ['old_standby', 'cdc_orders'],
  },
  {
    id: 'slot-lost',
    about: 'that of an instance',
    appears: (s) => Object.assign(s.slots![1]!, { walStatus: 'lost', active: false, heldBytes: null }),
    vanishes: (s) => (s.slots![1]!.walStatus = 'extended'),
    severity: 'critical',
    message: '1 replication slot lost its WAL (_cnpg_mycluster_3): mycluster-3 cannot follow any more',
  },
  {
    id: 'slot-unreserved',
    about: 'the next checkpoint may end it',
    appears: (s) => s.slots!.push(slot({ walStatus: 'unreserved', heldBytes: 300 * MB })),
    vanishes: (s) => (s.slots![2]!.walStatus = 'extended'),
    severity: 'warning',
    message: 'replication slot debezium is about to lose its WAL (it is 300 MB behind)',
  },
  {
    id: 'slot-wal',
    about: 'an instance that is away holds WAL back',
    appears: (s) => Object.assign(s.slots![0]!, { active: false, heldBytes: 20 * GB }),
    vanishes: (s) => (s.slots![0]!.heldBytes = GB),
    severity: 'critical',
    message: 'replication slot _cnpg_mycluster_2 of mycluster-2 (inactive) holds 20 GB of WAL',
  },
  {
    id: 'slot-inactive',
    about: 'a forgotten one',
    appears: (s) => s.slots!.push(slot({ active: false, heldBytes: 100 * MB })),
    vanishes: (s) => (s.slots![2]!.active = true),
    severity: 'warning',
    message: 'replication slot debezium is inactive and holds 100 MB of WAL',
  },
  {
    id: 'slot-inactive',
    about: 'that of an instance is the trouble of the instance',
    appears: (s) => s.slots!.push(slot({ name: '_cnpg_mycluster_9', active: false, managed: true })),
    vanishes: (s) => (s.slots![2]!.instance = 'mycluster-3'),
    severity: 'warning',
    message: /_cnpg_mycluster_9 is inactive/,
  },
  {
    id: 'unmanaged-slots',
    about: 'logical replication',
    appears: (s) => s.slots!.push(slot({})),
    vanishes: (s) => (s.slots![2]!.managed = true),
    severity: 'info',
    message: '1 replication slot not managed by the operator: debezium',
  },
  {
    id: 'unmanaged-slots',
    about: 'that of a running base backup goes by itself',
    appears: (s) => s.slots!.push(slot({ name: 'pg_basebackup' })),
    vanishes: (s) => (s.slots![2]!.name = 'pg_basebackup_2611'),
    severity: 'info',
    message: /pg_basebackup$/,
  },
  {
    id: 'image-differs',
    about: 'one instance was left out',
    appears: (s) =>
      (s.summary.imagesRunning = [
        { image: 'registry.example/postgresql:17.5', instances: ['mycluster-2', 'mycluster-3'] },
        { image: 'registry.example/postgresql:17.4', instances: ['mycluster-1'] },
      ]),
    vanishes: (s) => (s.summary.imagesRunning[1]!.image = 'registry.example/postgresql:17.5'),
    severity: 'warning',
    message: 'mycluster-1 runs registry.example/postgresql:17.4, wanted is registry.example/postgresql:17.5',
    objects: ['mycluster-1'],
  },
  {
    id: 'image-differs',
    about: 'during a rollout',
    appears: (s) => Object.assign(s.summary, { image: 'registry.example/postgresql:17.6', phase: 'Upgrading cluster' }),
    // Then the rollout that waits says so.
    vanishes: (s) =>
      Object.assign(s.summary, { phase: 'Waiting for user action', primaryUpdateStrategy: 'supervised' }),
    severity: 'info',
    message: /^mycluster-1, mycluster-2 and mycluster-3 run/,
  },
  {
    id: 'operator-version',
    about: 'a manager that was not replaced',
    appears: (s) => (instanceOf(s, 'mycluster-2').managerVersion = '1.29.1'),
    vanishes: (s) => (instanceOf(s, 'mycluster-2').managerVersion = '1.30.0'),
    severity: 'info',
    message: 'instance managers of version 1.29.1 (mycluster-2); the newest is 1.30.0',
  },
  {
    id: 'operator-version',
    about: 'the operator is newer than all managers: a pod that it made says so',
    appears: (s) => (podOf(s, 'mycluster-3').operatorVersion = '1.30.2'),
    vanishes: (s) => (podOf(s, 'mycluster-3').operatorVersion = '1.9.9'),
    severity: 'info',
    message: /version 1\.30\.0 \(mycluster-1, mycluster-2 and mycluster-3\); the newest is 1\.30\.2$/,
  },
  {
    id: 'operator-version',
    about: 'the operator itself is older',
    appears: (s) => (s.summary.operator = { namespace: 'cnpg-system', version: '1.29.0', replicas: 1, ready: 1 }),
    vanishes: (s) => (s.summary.operator!.version = '1.30.0'),
    severity: 'info',
    message: /; the operator is 1\.29\.0$/,
  },
  {
    id: 'client-version',
    about: 'an operator newer than this build knows',
    appears: (s) => (s.operatorVersion = '1.31.0'),
    vanishes: (s) => (s.operatorVersion = '1.30.9'),
    severity: 'info',
    message: 'operator 1.31.0 is newer than this program (0.1.0) knows, which is 1.30',
  },
  {
    id: 'operator-absent',
    about: 'its Deployment has nobody at work',
    appears: (s) => (s.summary.operator = { namespace: 'cnpg-system', version: '1.30.0', replicas: 1, ready: 0 }),
    vanishes: (s) => (s.summary.operator!.ready = 1),
    severity: 'critical',
    message: 'the operator in cnpg-system has no available replica of 1: nobody fails over or changes anything',
    command: 'kubectl get pods -n cnpg-system -l app.kubernetes.io/name=cloudnative-pg',
  },
  {
    id: 'operator-absent',
    about: 'it was scaled away, which is more than not to be seen',
    appears: (s) => (s.summary.operator = { namespace: 'cnpg-system', version: '1.30.0', replicas: 0, ready: 0 }),
    vanishes: (s) => (s.summary.operator!.namespace = null),
    severity: 'critical',
    message: /^the operator in cnpg-system is scaled to 0: /,
  },
  {
    id: 'operator-absent',
    about: 'nobody has written a status',
    appears: (s) => {
      Object.assign(s.summary, {
        phase: null,
        primary: null,
        targetPrimary: null,
        instancesExisting: null,
        instancesReady: null,
      })
      s.instances = []
    },
    vanishes: (s) => (s.summary.createdAt = s.takenAt),
    severity: 'critical',
    message: 'no operator has taken up this cluster in the 30d since it was made',
  },
  {
    id: 'single-instance',
    about: 'only for those who ask',
    appears: (s) => (s.summary.instancesWanted = 1),
    vanishes: (s) => (s.summary.instancesWanted = 2),
    severity: 'warning',
    message: /one instance only/,
    options: { include: ['single-instance'] },
  },
]
