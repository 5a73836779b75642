import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLive, steady } from './support/changes.ts'
import type { Live } from './support/changes.ts'

let live: Live
beforeAll(async () => {
  live = await startLive()
}, 60_000)
afterAll(() => live.sandbox.close())

const terminal = { terminal: { columns: 120 }, env: { NO_COLOR: '1' } }
const annotation = () => live.stored().metadata.annotations?.['cnpg.io/hibernation']
const writes = () => live.sandbox.requests.filter(({ method }) => method !== 'GET')
const stored = (kind: string) =>
  live.sandbox.store.list(live.sandbox.store.resource(kind), 'default').map(({ metadata }) => metadata.name)

describe('hibernation', () => {
  it('of a healthy cluster stops all, keeps the volumes, and says both', async () => {
    await live.cluster.server('mycluster-1').query('CREATE TABLE kept AS SELECT 42 AS answer')
    const { code, stdout, stderr, host } = await live.run('hibernate on mycluster', { ...terminal, answers: ['y'] })
    // Which pod is gone first, nobody decides.
    const sorted = (lines: string) => `${lines.trimEnd().split('\n').sort().join('\n')}\n`
    expect(steady(stderr).replace(/(?:.* is gone .*\n)+/, sorted)).toBe(
      [
        'Hibernate default/mycluster',
        '  stops          pods mycluster-1 (primary), mycluster-2, mycluster-3',
        '  stays          volumes mycluster-1 (5Gi), mycluster-2 (5Gi), mycluster-3 (5Gi)',
        '                 the Cluster, its services and secrets',
        '  last backup    none: backups are not configured',
        'Warning: there is no backup: these volumes will be the only copy of the data',
        'hibernation requested (PATCH clusters/mycluster)',
        'mycluster-1 is gone  N s',
        'mycluster-2 is gone  N s',
        'mycluster-3 is gone  N s',
        '',
      ].join('\n'),
    )
    expect(host.questions).toEqual(['Stop default/mycluster? Its volumes stay. [y/N] '])
    expect(steady(stdout)).toBe(
      'default/mycluster is hibernated after N s: volumes that stay: mycluster-1, mycluster-2, mycluster-3\n',
    )
    expect(code).toBe(0)
    expect(annotation()).toBe('on')
    expect(stored('Pod')).toEqual([])
    expect(stored('PersistentVolumeClaim')).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
    expect([...live.cluster.servers.values()].filter((server) => server.running)).toEqual([])
  }, 30_000)

  it('is nothing to do when it is there, and is told by its status', async () => {
    const again = await live.run('hibernate on mycluster')
    expect([again.code, again.stdout]).toEqual([0, 'default/mycluster is hibernated already\n'])
    const { stdout } = await live.run('hibernate status mycluster')
    expect(stdout.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/, 'T')).toBe(
      [
        'Hibernation',
        'Name:        mycluster',
        'Namespace:   default',
        'Status:      Hibernated',
        'Message:     Cluster has been hibernated',
        'Since:       T',
        'To wake up:  kubectl cnpg hibernate off mycluster',
        '',
        'Pods',
        'none',
        '',
        'Volumes',
        'Name         Instance     Role     Size  Phase',
        '----         --------     ----     ----  -----',
        'mycluster-1  mycluster-1  PG_DATA  5Gi   Bound',
        'mycluster-2  mycluster-2  PG_DATA  5Gi   Bound',
        'mycluster-3  mycluster-3  PG_DATA  5Gi   Bound',
        '',
      ].join('\n'),
    )
    const json = await live.run('hibernate status mycluster -o json')
    expect(JSON.parse(json.stdout)).toMatchObject({ state: 'hibernated', requested: true, pods: [] })
  })

  it('ends when its primary answers, with the data there', async () => {
    const { code, stdout } = await live.run('hibernate off mycluster')
    expect(stdout).toMatch(/^default\/mycluster is awake after \d+\.\d s: mycluster-1 answers/)
    expect(code).toBe(0)
    expect(annotation()).toBe('off')
    expect(await live.cluster.server('mycluster-1').query('SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await live.settled()
    const again = await live.run('hibernate off mycluster')
    expect([again.code, again.stdout]).toEqual([0, 'default/mycluster is not hibernated\n'])
  }, 30_000)

  it('of a cluster that is not healthy is refused, and points to the fence', async () => {
    await live.cluster.server('mycluster-3').stop('immediate')
    live.operator.pause()
    const before = writes().length
    live.edit((cluster) => {
      cluster.status = { ...cluster.status, phase: 'Waiting for the instances to become active', readyInstances: 2 }
    })
    const { code, stderr } = await live.run('hibernate on mycluster')
    expect(code).toBe(1)
    expect(stderr).toContain(
      'hibernate on refused: the cluster is not healthy (Waiting for the instances to become active, 2 of 3 instances ready)',
    )
    expect(stderr).toContain("What helps: kubectl cnpg fencing on mycluster '*'\n")
    expect(stderr).toContain('--force does it all the same')
    expect(writes()).toHaveLength(before)
    const forced = await live.run('hibernate on mycluster --force --timeout 1s')
    expect(forced.code).toBe(124)
    expect(forced.stderr).toContain('that the pods of default/mycluster are gone')
    expect(forced.stderr).toContain('To undo it: kubectl cnpg hibernate off mycluster\n')
    expect((await live.run('hibernate status mycluster')).stdout).toContain('Status:           Asked for, not begun\n')
    await live.cluster.server('mycluster-3').start()
  }, 30_000)

  it('cannot be taken back while the pods are being deleted', async () => {
    live.edit((cluster) => {
      const condition = {
        type: 'cnpg.io/hibernation',
        status: 'False',
        reason: 'DeletingPods',
        message: 'Hibernation is in progress',
      }
      cluster.status = { ...cluster.status, conditions: [...(cluster.status?.conditions ?? []), condition] }
    })
    const { code, stderr } = await live.run('hibernate off mycluster')
    expect(code).toBe(1)
    expect(stderr).toContain('the operator is still deleting the pods (Hibernation is in progress)')
    expect((await live.run('hibernate status mycluster -o jsonpath={.state}')).stdout).toBe('hibernating')
    live.edit((cluster) => {
      delete cluster.metadata.annotations?.['cnpg.io/hibernation']
      const conditions = cluster.status?.conditions?.filter(({ type }) => type !== 'cnpg.io/hibernation') ?? []
      cluster.status = { ...cluster.status, phase: 'Cluster in healthy state', readyInstances: 3, conditions }
    })
    live.operator.resume()
    await live.settled()
  }, 20_000)

  it('is not ended where the volumes are not there', async () => {
    expect((await live.run('hibernate on mycluster')).code).toBe(0)
    live.operator.pause()
    const { store } = live.sandbox
    const type = store.resource('PersistentVolumeClaim')
    const claim = structuredClone(store.get(type, 'default', 'mycluster-1'))
    store.remove(type, 'default', 'mycluster-1')
    const { code, stderr } = await live.run('hibernate off mycluster')
    expect(code).toBe(1)
    expect(stderr).toContain(
      'the volume of the primary mycluster-1 is not there (there are: mycluster-2 and mycluster-3)',
    )
    expect(annotation()).toBe('on')
    if (claim !== undefined) store.put(claim)
    live.operator.resume()
    expect((await live.run('hibernate off mycluster')).code).toBe(0)
    await live.settled()
  }, 40_000)

  it('of what does not exist tells of the clusters that old plugins have put to sleep', async () => {
    live.sandbox.store.put({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'old-1',
        namespace: 'default',
        labels: { 'cnpg.io/cluster': 'old' },
        annotations: { 'cnpg.io/hibernateClusterManifest': '{}' },
      },
    })
    for (const verb of ['status', 'off']) {
      const { code, stderr } = await live.run(`hibernate ${verb} old`)
      expect(code).toBe(1)
      expect(stderr).toContain('a plugin before 1.26 has hibernated one: its volumes are old-1')
    }
    expect((await live.run('hibernate on')).code).toBe(2)
    expect((await live.run('hibernate bogus')).code).toBe(2)
  })
})
