import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { rawClient } from '../sandbox/raw-client.ts'
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts'
import type { PostgresCluster } from '../sandbox/postgres/cluster.ts'

/** What the report says of one instance, as far as every way can tell it. */
interface Instance {
  name: string
  presence: string
  role: string
  via: string | null
  systemId: string | null
  timeline: number | null
  statusText: string
  mounts: { mount: string; totalBytes: number; freeBytes: number }[] | null
}

interface Report {
  summary: { name: string; primary: string; instancesReady: number; systemId: string | null; currentLsn: string | null }
  findings: { id: string; message: string; objects: string[] }[]
  instances: Instance[]
  replication: { standbys: { name: string; state: string }[] }
  slots: { name: string; active: boolean }[] | null
  certificates: { name: string }[]
  problems: { subject: string; reason: string; hint: string | null }[]
}

let sandbox: Sandbox
let cluster: PostgresCluster
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  sandbox = await startSandbox({ clusters: [{ name: 'orders', namespace: 'shop' }] })
  cluster = sandbox.clusters[0]!
})
afterAll(() => sandbox.close())
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  sandbox.faults.clear()
  for (const pod of cluster.pods.values()) pod.faults = {}
})

/** However busy the machine is: what is not about limits does without them. */
const PATIENT = '--instance-timeout 30s --timeout 60s'

async function status(words = PATIENT): Promise<Report> {
  const now = new Date().toISOString()
  const kubeconfig = sandbox.kubeconfigFor('admin', { namespace: 'shop' })
  const { code, stdout, stderr } = await cli(`status orders -o json ${words}`, { kubeconfig, now })
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout) as Report
}

function deny(...resources: string[]): void {
  for (const resource of resources) cleanups.push(sandbox.policy.deny({ resource }))
}

/** Requests for one pod, or all, are accepted and never answered. */
function blackHole(pod: string | undefined, ...resources: string[]): void {
  for (const resource of resources) sandbox.faults.add({ resource, ...(pod === undefined ? {} : { pod }), hang: true })
}

const PROXY = 'pods/proxy'
const EXEC = 'pods/exec'
const FORWARD = 'pods/portforward'

/** What has to be the same whichever way it was asked. */
function essence(report: Report) {
  return {
    systemId: report.summary.systemId,
    // Who is behind by a moment comes later.
    instances: report.instances
      .map(({ name, presence, role, timeline }) => ({ name, presence, role, timeline }))
      .toSorted((a, b) => a.name.localeCompare(b.name)),
    standbys: report.replication.standbys.map(({ name, state }) => `${name} ${state}`).toSorted(),
    slots: report.slots?.map(({ name, active }) => `${name} ${String(active)}`).toSorted(),
  }
}

describe('the ways to real instances', () => {
  let whole: Report

  beforeAll(async () => {
    whole = await status()
    expect(whole.instances.map(({ via, role }) => `${via} ${role}`)).toEqual([
      'proxy primary',
      'proxy standby-async',
      'proxy standby-async',
    ])
  })

  it.each([
    ['exec, where the proxy is not permitted', [PROXY], 'exec'],
    ['the proxy, where only that is permitted', [EXEC, FORWARD, 'secrets'], 'proxy'],
  ])('lead to the same report: %s', async (_what, denied, way) => {
    deny(...denied)
    const report = await status()
    expect(report.instances.map(({ via }) => via)).toEqual([way, way, way])
    expect(essence(report)).toEqual(essence(whole))
  })

  it('lead to nearly the same: SQL over a port-forward, where exec is not permitted either', async () => {
    deny(PROXY, EXEC)
    const report = await status()
    expect(report.instances.map(({ via }) => via)).toEqual(['sql', 'sql', 'sql'])
    // The role `streaming_replica` sees who is connected, but not in which state.
    const roles = report.instances.map(({ role }) => role)
    expect(roles).toEqual(['primary', 'standby-streaming', 'standby-streaming'])
    expect(report.replication.standbys.map(({ state }) => state)).toEqual([null, null])
    const { instances: _a, standbys: _b, ...rest } = essence(report)
    const { instances: _c, standbys: _d, ...expected } = essence(whole)
    expect(rest).toEqual(expected)
    // What cannot be seen is no finding.
    expect(report.findings).toEqual(whole.findings)
  })

  it('lead to the same report: psql by exec', async () => {
    const before = sandbox.requests.length
    const report = await status(`--via sql ${PATIENT}`)
    expect(report.instances.map(({ via }) => via)).toEqual(['sql', 'sql', 'sql'])
    expect(essence(report)).toEqual(essence(whole))
    const ways = sandbox.requests
      .slice(before)
      .flatMap(({ path }) => /\/(exec|portforward|proxy)\b/.exec(path)?.[1] ?? [])
    expect(new Set(ways)).toEqual(new Set(['exec']))
  })

  it.each([
    ['the network keeps the API server from the ports', () => blackHolePorts(8000, 9187), 'exec'],
    ['the managers are frozen', () => freezeManagers(), 'sql'],
  ])('lead to an answer when %s', async (_what, spoil, way) => {
    spoil()
    const report = await status()
    expect(report.instances.map(({ via }) => via)).toEqual([way, way, way])
    expect(essence(report)).toEqual(essence(whole))
  })

  it('without any of them what the objects know is told, and what is missing', async () => {
    deny(PROXY, EXEC, FORWARD)
    const report = await status()
    expect(report.instances.map(({ presence, statusText }) => [presence, statusText.split(' (')[0]])).toEqual([
      ['silent', 'not permitted'],
      ['silent', 'not permitted'],
      ['silent', 'not permitted'],
    ])
    expect(report.summary).toMatchObject({ name: 'orders', primary: 'orders-1', instancesReady: 3 })
    expect(report.summary.systemId).toBe(whole.summary.systemId)
    expect(report.certificates).toEqual(
      whole.certificates.map(({ name }) => expect.objectContaining({ name }) as unknown),
    )
    for (const right of [PROXY, EXEC, FORWARD]) expect(report.problems[0]?.hint).toContain(right)
  })
})

function blackHolePorts(...ports: number[]): void {
  for (const pod of cluster.pods.values()) pod.faults = { blackHole: ports }
}

function freezeManagers(): void {
  for (const pod of cluster.pods.values()) pod.faults = { frozenManager: true }
}

describe('one black-holed instance of three', () => {
  it('costs its own row, whatever way is tried', async () => {
    cluster.pod('orders-3').faults = { blackHole: [8000, 9187, 5432] }
    blackHole('orders-3', EXEC)
    const report = await status('--instance-timeout 3s')
    expect(report.instances.map(({ name, presence }) => `${name} ${presence}`).toSorted()).toEqual([
      'orders-1 answered',
      'orders-2 answered',
      'orders-3 silent',
    ])
    // The primary knows that it streams all the same.
    expect(report.replication.standbys).toHaveLength(2)
    expect(report.summary.currentLsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/)
  })

  it('and all ways of all instances blocked leave a report in time', async () => {
    blackHole(undefined, PROXY, EXEC, FORWARD)
    const report = await status('--instance-timeout 1500ms')
    expect(report.instances.map(({ presence }) => presence)).toEqual(['silent', 'silent', 'silent'])
    expect(report.summary).toMatchObject({ primary: 'orders-1', instancesReady: 3 })
  })
})

describe('what only the third wave knows', () => {
  it('is asked of an instance whose setting is not in force as the Cluster has it', async () => {
    const admin = rawClient(sandbox, 'admin')
    const setWorkMem = async (value: string | null): Promise<void> => {
      const path = '/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters/orders'
      const body = { spec: { postgresql: { parameters: { work_mem: value } } } }
      const answer = await admin.request('PATCH', path, { body, contentType: 'application/merge-patch+json' })
      expect(answer.status).toBe(200)
    }
    await setWorkMem('banana')
    cleanups.push(async () => {
      await setWorkMem(null)
      admin.close()
    })
    await expect
      .poll(async () => (await status()).findings.filter(({ id }) => id === 'configuration-error'), { timeout: 20_000 })
      .toMatchObject([{ message: expect.stringContaining('work_mem') as string }])
  })

  it('is the room that is left when the archive fails', async () => {
    expect((await status()).instances.map(({ mounts }) => mounts)).toEqual([null, null, null])
    await cluster.failArchiving(true)
    cleanups.push(() => cluster.failArchiving(false))
    await cluster.generateWal(100_000)
    await cluster.server('orders-1').query('SELECT pg_switch_wal()')
    await expect
      .poll(async () => (await status()).instances[0]?.mounts, { timeout: 20_000 })
      .toMatchObject([{ mount: '/var/lib/postgresql/data', freeBytes: expect.any(Number) as number }])
  })
})
