import { holds, same } from '../means.ts'
import type { Means } from '../means.ts'
import type { Scenario } from '../scenario.ts'
import { acceptsWrites, CLUSTER, healthy, podsOf, primaryOf, startedAt } from '../scenario.ts'

/** An instance that is not the primary. */
async function standby(means: Means): Promise<string> {
  const primary = await primaryOf(means)
  const other = (await podsOf(means)).find((name) => name !== primary)
  if (other === undefined) throw new Error('there is no standby')
  return other
}

async function starts(means: Means): Promise<Map<string, number>> {
  const pods = await podsOf(means)
  return new Map(await Promise.all(pods.map(async (name) => [name, await startedAt(means, name)] as const)))
}

export const changes: Scenario = {
  name: 'changes',
  steps: [
    {
      title: 'nothing is changed where only reading is allowed, nor by a dry run',
      async run(means) {
        const [before, target] = [await primaryOf(means), await standby(means)]
        const env = { CNPG_READ_ONLY: '1' }
        same('exit code', (await means.plugin(['promote', CLUSTER, target], { env })).code, 1)
        await means.expect(0, ['promote', CLUSTER, target, '--dry-run'])
        await means.expect(0, ['promote', CLUSTER, target, '--dry-run=server'])
        same('primary', await primaryOf(means), before)
      },
    },
    {
      title: 'promote: the target accepts writes, the old primary follows, no row is lost',
      async run(means) {
        const [before, target] = [await primaryOf(means), await standby(means)]
        const rows = await means.sql(before, 'SELECT count(*) FROM kept')
        holds('outcome', await means.expect(0, ['promote', CLUSTER, target]), 'Switchover done')
        same('writes', [await acceptsWrites(means, target), await acceptsWrites(means, before)], [true, false])
        same('rows', await means.sql(target, 'SELECT count(*) FROM kept'), rows)
        await healthy(means)
        same('named', await primaryOf(means), target)
      },
    },
    {
      title: 'promote refuses the primary itself and what is no instance',
      async run(means) {
        same('nothing to do', (await means.plugin(['promote', CLUSTER, await primaryOf(means)])).code, 0)
        same('no instance', (await means.plugin(['promote', CLUSTER, '77'])).code, 1)
      },
    },
    {
      title: 'restart of one standby: its postmaster is a new one, the others are not',
      async run(means) {
        const [before, target] = [await starts(means), await standby(means)]
        await means.expect(0, ['restart', CLUSTER, target])
        const after = await starts(means)
        const renewed = [...after].filter(([name, time]) => time !== before.get(name)).map(([name]) => name)
        same('renewed', renewed, [target])
        await healthy(means)
      },
    },
    {
      title: 'restart of all: every postmaster is a new one',
      async run(means) {
        const before = await starts(means)
        await means.expect(0, ['restart', CLUSTER])
        const after = await starts(means)
        same(
          'old ones',
          [...after].filter(([name, time]) => time === before.get(name)).map(([name]) => name),
          [],
        )
        await healthy(means)
        await means.expect(0, ['restart', CLUSTER, '--pending'])
      },
    },
    {
      title: 'reload: a changed parameter is in force on every instance',
      async run(means) {
        const patch = JSON.stringify({ spec: { postgresql: { parameters: { work_mem: '7MB' } } } })
        await means.kubectl(['patch', 'cluster', CLUSTER, '--type', 'merge', '-p', patch])
        await means.expect(0, ['reload', CLUSTER])
        for (const name of await podsOf(means))
          same(`work_mem of ${name}`, await means.sql(name, 'SHOW work_mem'), '7MB')
        await healthy(means)
      },
    },
    {
      title: 'fencing: the server of the instance is down, and up again afterwards',
      async run(means) {
        const target = await standby(means)
        await means.expect(0, ['fencing', 'on', CLUSTER, target])
        const down = await means.sql(target, 'SELECT 1').then(
          () => false,
          () => true,
        )
        same('down', down, true)
        holds('status', await means.expect(0, ['fencing', 'status', CLUSTER]), target)
        await means.expect(0, ['fencing', 'off', CLUSTER, target])
        same('up', await means.sql(target, 'SELECT 1'), '1')
        await healthy(means)
      },
    },
    {
      title: 'maintenance: the window opens and closes',
      async run(means) {
        const open = (): Promise<string> => means.field(`cluster/${CLUSTER}`, '.spec.nodeMaintenanceWindow.inProgress')
        await means.expect(0, ['maintenance', 'set', CLUSTER])
        same('open', await open(), 'true')
        await means.expect(0, ['maintenance', 'unset', CLUSTER])
        same('closed', (await open()) === 'true', false)
        await healthy(means)
      },
    },
    {
      title: 'destroy refuses the primary; of a standby the volume is a new one',
      async run(means) {
        same('primary', (await means.plugin(['destroy', CLUSTER, await primaryOf(means)])).code, 1)
        const target = await standby(means)
        const volumes = async (): Promise<string[]> => {
          const path = 'jsonpath={.items[*].metadata.uid}'
          const uids = await means.kubectl(['get', 'pvc', '-l', `cnpg.io/cluster=${CLUSTER}`, '-o', path])
          return uids.split(' ')
        }
        const uid = await means.field(`pvc/${target}`, '.metadata.uid')
        await means.expect(0, ['destroy', CLUSTER, target])
        same('its volume is there', (await volumes()).includes(uid), false)
        await healthy(means)
        same('instances', (await podsOf(means)).length, 3)
      },
    },
    {
      title: 'hibernate: no pod is left, the volumes stay; afterwards all rows are there',
      async run(means) {
        const rows = await means.sql(await primaryOf(means), 'SELECT count(*) FROM kept')
        await means.expect(0, ['hibernate', 'on', CLUSTER])
        same('pods', await podsOf(means), [])
        same('volume', await means.field(`pvc/${await primaryOf(means)}`, '.status.phase'), 'Bound')
        await means.expect(0, ['hibernate', 'status', CLUSTER])
        await means.expect(0, ['hibernate', 'off', CLUSTER])
        same('rows', await means.sql(await primaryOf(means), 'SELECT count(*) FROM kept'), rows)
        await healthy(means)
      },
    },
    {
      title: 'a deleted primary is replaced, and status says by whom',
      async run(means) {
        const before = await primaryOf(means)
        await means.kubectl(['delete', 'pod', before, '--wait=false'])
        await means.until('another one is primary', async () => (await primaryOf(means)) !== before)
        await healthy(means)
        const now = await primaryOf(means)
        same('writes', await acceptsWrites(means, now), true)
        holds('status', await means.expect(0, ['status', CLUSTER]), new RegExp(`^Primary instance: +${now}`, 'm'))
      },
    },
  ],
}
