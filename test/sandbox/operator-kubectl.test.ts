import { execFile, spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClusterClient } from './operator-client.ts'
import type { PostgresCluster } from './postgres/cluster.ts'
import { startSandbox } from './sandbox.ts'
import type { Sandbox } from './sandbox.ts'

const found = spawnSync('kubectl', ['version', '--client']).status === 0
if (!found) console.warn('kubectl is not on PATH: the tests of the operator with the real kubectl are skipped')

let sandbox: Sandbox
let client: ClusterClient
let cluster: PostgresCluster

beforeAll(async () => {
  sandbox = await startSandbox({
    clusters: [
      {
        name: 'mycluster',
        namespace: 'default',
        operator: { pace: 100 },
      },
    ],
  })
  cluster = sandbox.clusters[0]!
  client = new ClusterClient(sandbox)
  await writeFile(join(cluster.folder, 'kubeconfig'), sandbox.kubeconfigFor('admin', { namespace: 'default' }))
})
afterAll(async () => {
  client.close()
  await sandbox.close()
})

async function kubectl(...args: string[]): Promise<string> {
  const { folder } = cluster
  const words = ['--cache-dir', join(folder, 'cache'), '--kubeconfig', join(folder, 'kubeconfig'), ...args]
  return new Promise((resolve, reject) => {
    execFile('kubectl', words, { env: { PATH: process.env['PATH'] } }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr, { cause: error })),
    )
  })
}

/** Writes row after row to whichever server is primary, until it is told to stop; resolves to the numbers that were acknowledged. */
function writer(): { stop(): Promise<number[]> } {
  const acknowledged: number[] = []
  let going = true
  const work = (async () => {
    for (let number = 1; going; number++) {
      const server = cluster.server(cluster.primary)
      const login = { host: '127.0.0.1', port: server.port, user: 'app', database: 'app' }
      const session = new pg.Client({ ...login, password: cluster.credentials.appPassword })
      session.on('error', () => undefined)
      try {
        await session.connect()
        for (; going; number++) {
          await session.query('INSERT INTO load VALUES ($1)', [number])
          acknowledged.push(number)
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5))
      } finally {
        await session.end().catch(() => undefined)
      }
    }
  })()
  return {
    stop: async () => {
      going = false
      await work
      return acknowledged
    },
  }
}

test('a switchover under write load loses no row that was acknowledged', async () => {
  const setUp = await cluster.server('mycluster-1').connect({ database: 'app' })
  await setUp.query('CREATE TABLE load (number int); GRANT INSERT ON load TO app')
  await setUp.end()
  await client.patch({ spec: { postgresql: { synchronous: { method: 'any', number: 1 } } } })
  await client.settled()
  expect(
    await cluster.server('mycluster-1').query("SELECT FROM pg_stat_replication WHERE sync_state = 'quorum'"),
  ).toHaveLength(2)
  const load = writer()
  await client.promote('mycluster-2')
  await client.settled()
  const acknowledged = await load.stop()
  const check = await cluster.server('mycluster-2').connect({ database: 'app' })
  const { rows } = await check.query<{ number: number }>('SELECT number FROM load')
  await check.end()
  const kept = new Set(rows.map(({ number }) => number))
  expect(acknowledged.length).toBeGreaterThan(10)
  expect(acknowledged.filter((number) => !kept.has(number))).toEqual([])
})

describe.runIf(found)('the real kubectl', () => {
  test('deletes the primary, and sees the roles change', async () => {
    expect(await kubectl('delete', 'pod', 'mycluster-2')).toContain('pod "mycluster-2" deleted')
    await client.settled()
    const roles = await kubectl('get', 'pods', '-L', 'role', '-l', 'cnpg.io/cluster=mycluster', '--no-headers')
    const words = roles
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
    expect(words.map(([name, ready, status, , , role]) => [name, ready, status, role])).toEqual([
      ['mycluster-1', '1/1', 'Running', cluster.primary === 'mycluster-1' ? 'primary' : 'replica'],
      ['mycluster-2', '1/1', 'Running', 'replica'],
      ['mycluster-3', '1/1', 'Running', cluster.primary === 'mycluster-3' ? 'primary' : 'replica'],
    ])
    expect(cluster.primary).not.toBe('mycluster-2')
    expect(await kubectl('get', 'cluster', 'mycluster', '--no-headers')).toMatch(
      new RegExp(`^mycluster +\\S+ +3 +3 +Cluster in healthy state +${cluster.primary}$`, 'm'),
    )
  })

  test('scales, and waits for a condition', async () => {
    await kubectl('scale', 'cluster/mycluster', '--replicas=2')
    await client.settled()
    expect(Object.keys(await client.pods())).toHaveLength(2)
    expect(await kubectl('wait', 'cluster/mycluster', '--for=condition=Ready', '--timeout=20s')).toContain(
      'condition met',
    )
  })
})
