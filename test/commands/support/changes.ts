import { cli } from '../../helpers/cli.ts'
import type { CliOptions, CliResult } from '../../helpers/cli.ts'
import type { PostgresCluster } from '../../sandbox/postgres/cluster.ts'
import { startSandbox } from '../../sandbox/sandbox.ts'
import type { Operator, Sandbox, SandboxClusterOptions } from '../../sandbox/sandbox.ts'
import type { Cluster } from '../../../src/api/cluster.ts'
import type { StoredObject } from '../../sandbox/api-server/objects.ts'

export interface Live {
  sandbox: Sandbox
  cluster: PostgresCluster
  operator: Operator
  /** Runs the program in namespace `default`. */
  run(line: string | readonly string[], options?: CliOptions): Promise<CliResult>
  /** The Cluster as it is stored. */
  stored(): Cluster
  /** Changes the Cluster's spec as a user would. */
  edit(change: (cluster: Cluster) => void): void
  /** Until the operator has nothing left to do. */
  settled(): Promise<void>
}

/** A cluster `mycluster` of real servers with a quick operator, and the program before it. */
export async function startLive(instances = 3, options: Partial<SandboxClusterOptions> = {}): Promise<Live> {
  const sandbox = await startSandbox({
    clusters: [{ name: 'mycluster', namespace: 'default', instances, operator: { pace: 30 }, ...options }],
  })
  const [cluster] = sandbox.clusters
  if (cluster === undefined) throw new Error('there is no cluster')
  const operator = sandbox.operatorOf(cluster)
  const kubeconfig = sandbox.kubeconfigFor('admin', { namespace: 'default' })
  const type = sandbox.store.registry.byPlural('postgresql.cnpg.io', 'v1', 'clusters')!
  const stored = () => sandbox.store.get(type, 'default', 'mycluster') as unknown as Cluster
  return {
    sandbox,
    cluster,
    operator,
    run: (line, options) => cli(line, { kubeconfig, now: new Date().toISOString(), ...options }),
    stored,
    edit(change) {
      const next = structuredClone(stored())
      delete next.metadata.resourceVersion
      change(next)
      sandbox.store.replace(type, next as unknown as StoredObject)
    },
    async settled() {
      await new Promise((resolve) => setImmediate(resolve))
      await operator.idle()
    },
  }
}

/** Times, which differ from run to run, as `N s`; phases that a slow machine may miss are left out. */
export function steady(text: string): string {
  return text
    .replace(/[ ]{2,}\d+\.\d s$/gm, '  N s')
    .replace(/\d+\.\d s/g, 'N s')
    .replace(/ \(±N s\)/g, '')
    .replace(/^.* promoting {2}N s\n/gm, '')
    .replace(/lag( +)\d+ (B|kB)/g, 'lag$10 B')
}
