import type { Means } from './means.ts'

/** One thing that is tried and checked; throws with what is wrong. */
export interface Step {
  title: string
  run: (means: Means) => Promise<void>
}

/** Steps that build on one another: after a failed one the rest is passed over. */
export interface Scenario {
  name: string
  steps: readonly Step[]
}

/** The cluster that the scenarios share; each leaves it healthy. */
export const CLUSTER = 'e2e'

/** A role of the database that logs in by certificate alone. */
export const CERTIFIED = 'certified'

export function instance(number: number): string {
  return `${CLUSTER}-${number}`
}

/** The name of the primary as the Cluster object has it. */
export function primaryOf(means: Means): Promise<string> {
  return means.field(`cluster/${CLUSTER}`, '.status.currentPrimary')
}

/** Names of the pods that are instances of the cluster. */
export async function podsOf(means: Means): Promise<string[]> {
  const selector = `cnpg.io/cluster=${CLUSTER},cnpg.io/podRole=instance`
  const names = await means.kubectl(['get', 'pods', '-l', selector, '-o', 'jsonpath={.items[*].metadata.name}'])
  return names
    .split(' ')
    .filter((name) => name !== '')
    .sort()
}

/** Until all wanted instances are ready and the operator has nothing to do. */
export function healthy(means: Means): Promise<void> {
  return means.until('the cluster is healthy', async () => {
    const status = await means.field(
      `cluster/${CLUSTER}`,
      '.status.phase}/{.spec.instances}/{.status.readyInstances}/{.status.currentPrimary}/{.status.targetPrimary',
    )
    const [phase, wanted, ready, current, target] = status.split('/')
    return phase === 'Cluster in healthy state' && wanted === ready && current === target
  })
}

/** Whether the server of an instance accepts writes. */
export async function acceptsWrites(means: Means, name: string): Promise<boolean> {
  return (await means.sql(name, 'SELECT pg_is_in_recovery()')) === 'f'
}

/** When the postmaster of an instance was started, in seconds since 1970. */
export async function startedAt(means: Means, name: string): Promise<number> {
  return Number(await means.sql(name, 'SELECT extract(epoch FROM pg_postmaster_start_time())'))
}
