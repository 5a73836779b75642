import { list, map, same } from '../../api-server/objects.ts'
import type { Parameters } from '../../postgres/config.ts'
import type { Desk } from '../desk.ts'
import { Annotation, Phase } from '../phases.ts'
import type { Step } from './step.ts'

/** Has every server read the parameters and rules of the Cluster when they, or the request for a reload, have changed. */
export function configuration(): Step {
  let read: string | undefined
  return async (desk) => {
    const { cluster } = desk
    const wanted = map({ parameters: desk.spec('postgresql', 'parameters') }, 'parameters') as Parameters
    const parameters = { ...wanted, ...synchronous(desk) }
    const hbaRules = list({ rules: desk.spec('postgresql', 'pg_hba') }, 'rules') as string[]
    const changed = !same(parameters, cluster.parameters) || !same(hbaRules, cluster.hbaRules)
    const asked = desk.annotation(Annotation.reloadedAt)
    read ??= asked
    if (!changed && read === asked) return 'nothing'
    read = asked
    await apply(desk, changed ? { parameters, hbaRules } : {})
    return 'acted'
  }
}

/** The standbys whose answer a commit waits for, as `spec.postgresql.synchronous` says. */
function synchronous(desk: Desk): Parameters {
  const { method, number } = map({ synchronous: desk.spec('postgresql', 'synchronous') }, 'synchronous')
  if (typeof method !== 'string' || typeof number !== 'number') return {}
  const names = [...desk.cluster.servers.keys()].sort().map((name) => `"${name}"`)
  return { synchronous_standby_names: `${method.toUpperCase()} ${number} (${names.join(',')})` }
}

async function apply(desk: Desk, change: { parameters?: Parameters; hbaRules?: string[] }): Promise<void> {
  const { cluster } = desk
  if (change.parameters !== undefined && desk.phase === Phase.healthy) desk.enter(Phase.configuration)
  for (const pod of cluster.pods.values()) pod.log('Requesting configuration reload')
  const before = await loadTimes(desk)
  await cluster.configure(change)
  await desk.until(
    async () => [...(await loadTimes(desk))].every(([name, time]) => time !== before.get(name)),
    'an instance has not read its configuration',
    10_000,
  )
  await desk.pause()
}

/** When each running server has read its configuration last. */
async function loadTimes(desk: Desk): Promise<Map<string, string>> {
  const times = new Map<string, string>()
  for (const pod of desk.cluster.pods.values()) {
    if (!pod.server.running || pod.terminating) continue
    const [row] = await pod.server.query<{ time: string }>('SELECT pg_conf_load_time()::text AS time')
    times.set(pod.name, row?.time ?? '')
  }
  return times
}
