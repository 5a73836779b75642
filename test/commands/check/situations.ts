import type { Live } from '../support/changes.ts'
import type { PodFaults } from '../../sandbox/instance/faults.ts'
import type { StoredObject } from '../../sandbox/api-server/objects.ts'

/** Something that goes wrong with a live cluster, and what `check` has to say of it. */
export interface Situation {
  name: string
  /** The finding; absent where the check itself cannot do its work. */
  id?: string
  /** Exit code. */
  code: 0 | 1 | 2 | 3
  /** More words of the command line, also afterwards. */
  words?: string
  /** Lets it happen; returns the way back. */
  begin(live: Live): Promise<() => unknown>
}

const NAMESPACE = 'default'
const LABELS = { 'cnpg.io/cluster': 'mycluster', 'app.kubernetes.io/name': 'cloudnative-pg' }

/** Puts an object beside the cluster. */
function object(kind: string, apiVersion: string, name: string, rest: Record<string, unknown>, namespace = NAMESPACE) {
  return (live: Live): Promise<() => unknown> => {
    const stored = {
      apiVersion,
      kind,
      metadata: { name, namespace, labels: LABELS },
      ...rest,
    } as unknown as StoredObject
    live.sandbox.store.put(stored)
    const type = live.sandbox.store.registry.byKind(apiVersion, kind)!
    return Promise.resolve(() => live.sandbox.store.remove(type, namespace, name))
  }
}

const CNPG = 'postgresql.cnpg.io/v1'

/** Sets an annotation of the Cluster. */
function annotation(key: string, value: string) {
  return async (live: Live) => {
    live.edit(({ metadata }) => (metadata.annotations = { ...metadata.annotations, [key]: value }))
    return async () => {
      live.edit(({ metadata }) => {
        const { [key]: _gone, ...others } = metadata.annotations ?? {}
        metadata.annotations = others
      })
      await live.settled()
    }
  }
}

function podFaults(pod: string, faults: PodFaults) {
  return async ({ cluster }: Live) => {
    cluster.pod(pod).faults = faults
    return () => (cluster.pod(pod).faults = {})
  }
}

/** Lets the primary send nothing new for replay to a standby. */
async function pauseReplay({ cluster }: Live): Promise<() => Promise<void>> {
  const standby = cluster.server('mycluster-2')
  await standby.query('SELECT pg_wal_replay_pause()')
  return async () => {
    await standby.query('SELECT pg_wal_replay_resume()')
    await cluster.waitReplayed()
  }
}

async function forgottenSlot({ cluster }: Live): Promise<() => Promise<unknown>> {
  const primary = cluster.server(cluster.primary)
  await primary.query("SELECT pg_create_physical_replication_slot('forgotten', true)")
  return () => primary.query("SELECT pg_drop_replication_slot('forgotten')")
}

/** Takes a pod away while the operator looks elsewhere. */
function lostPod(name: string) {
  return async (live: Live) => {
    const { cluster, operator, sandbox } = live
    operator.pause()
    await cluster.deletePod(name)
    const type = sandbox.store.registry.byKind('v1', 'Pod')!
    sandbox.store.remove(type, NAMESPACE, name)
    return async () => {
      operator.resume()
      await live.settled()
    }
  }
}

export const SITUATIONS: readonly Situation[] = [
  { name: 'nothing is wrong', code: 0, begin: () => Promise.resolve(() => undefined) },
  { name: 'replay is paused on a standby', id: 'replay-paused', code: 1, begin: pauseReplay },
  {
    name: 'a standby is behind',
    id: 'replica-lag',
    code: 2,
    words: '--lag-bytes 100kB,1MB',
    async begin(live) {
      const resume = await pauseReplay(live)
      await live.cluster.generateWal(2_000_000)
      return resume
    },
  },
  { name: 'a forgotten slot', id: 'slot-inactive', code: 1, begin: forgottenSlot },
  {
    name: 'a slot holds WAL back',
    id: 'slot-wal',
    code: 2,
    words: '--slot-wal 100kB,1MB',
    async begin(live) {
      const drop = await forgottenSlot(live)
      await live.cluster.generateWal(2_000_000)
      return drop
    },
  },
  {
    name: 'WAL archiving fails',
    id: 'wal-archiving',
    code: 1,
    async begin({ cluster }) {
      await cluster.failArchiving(true)
      const primary = cluster.server(cluster.primary)
      await cluster.generateWal(100_000)
      await primary.query('SELECT pg_switch_wal()')
      return async () => {
        await cluster.failArchiving(false)
        await primary.query('SELECT pg_switch_wal()')
      }
    },
  },
  {
    name: 'an instance manager stands still',
    id: 'instance-manager-frozen',
    code: 1,
    begin: podFaults('mycluster-3', { frozenManager: true }),
  },
  {
    name: 'no way leads to an instance',
    id: 'instance-not-answering',
    code: 1,
    words: '--instance-timeout 800ms',
    async begin(live) {
      const clear = ['pods/proxy', 'pods/exec', 'pods/portforward'].map((resource) =>
        live.sandbox.faults.add({ resource, pod: 'mycluster-3', hang: true }),
      )
      return () => clear.forEach((end) => end())
    },
  },
  {
    name: 'the primary is fenced',
    id: 'fenced',
    code: 2,
    begin: annotation('cnpg.io/fencedInstances', '["mycluster-1"]'),
  },
  { name: 'a standby has lost its pod', id: 'instance-missing', code: 1, begin: lostPod('mycluster-3') },
  { name: 'the primary has lost its pod', id: 'no-primary', code: 2, begin: lostPod('mycluster-1') },
  {
    name: 'a fence for an instance that is not there',
    id: 'stale-fence',
    code: 1,
    begin: annotation('cnpg.io/fencedInstances', '["mycluster-9"]'),
  },
  {
    name: 'a fence that cannot be read',
    id: 'fence-unreadable',
    code: 1,
    begin: annotation('cnpg.io/fencedInstances', 'mycluster-2'),
  },
  {
    name: 'a certificate ends soon',
    id: 'certificate-expiring',
    code: 1,
    words: '--certificate-days 400d:,2d:',
    begin: () => Promise.resolve(() => undefined),
  },
  {
    name: 'the newest backup has failed',
    id: 'backup-failed',
    code: 1,
    begin: object('Backup', CNPG, 'broken', {
      spec: { cluster: { name: 'mycluster' } },
      status: { phase: 'failed', error: 'exit status 2' },
    }),
  },
  {
    name: 'a pooler has no pod',
    id: 'pooler-not-ready',
    code: 1,
    begin: object('Pooler', CNPG, 'pooler-rw', {
      spec: { cluster: { name: 'mycluster' }, type: 'rw', instances: 2, pgbouncer: {} },
      status: { instances: 0, phase: 'failed', phaseReason: 'its secret is missing' },
    }),
  },
  {
    name: 'a database could not be made',
    id: 'database-not-applied',
    code: 1,
    begin: object('Database', CNPG, 'app2', {
      spec: { cluster: { name: 'mycluster' }, name: 'app2', owner: 'nobody' },
      status: { applied: false, message: 'role "nobody" does not exist' },
    }),
  },
  {
    name: 'the operator is down',
    id: 'operator-absent',
    code: 2,
    begin: object(
      'Deployment',
      'apps/v1',
      'cnpg-controller-manager',
      { spec: { replicas: 1 }, status: { availableReplicas: 0 } },
      'cnpg-system',
    ),
  },
  {
    name: 'a right is missing',
    code: 3,
    begin: ({ sandbox }) => Promise.resolve(sandbox.policy.deny({ resource: 'poddisruptionbudgets' })),
  },
  {
    name: 'the Cluster may not be read',
    code: 3,
    begin: ({ sandbox }) => Promise.resolve(sandbox.policy.deny({ resource: 'clusters' })),
  },
  {
    name: 'the API server does not answer',
    code: 3,
    words: '--timeout 1s',
    begin: ({ sandbox }) => Promise.resolve(sandbox.faults.add({ resource: 'clusters', hang: true })),
  },
  {
    name: 'the API server answers with errors',
    code: 3,
    words: '--timeout 2s',
    begin: ({ sandbox }) => Promise.resolve(sandbox.faults.add({ resource: 'clusters', answer: { code: 500 } })),
  },
  {
    name: 'connections are cut',
    code: 3,
    words: '--timeout 2s',
    async begin({ sandbox }) {
      sandbox.faults.connections = 'reset'
      return () => (sandbox.faults.connections = 'normal')
    },
  },
]
