import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLive, steady } from './support/changes.ts'
import type { Live } from './support/changes.ts'

let live: Live
beforeAll(async () => {
  live = await startLive()
}, 60_000)
afterAll(() => live.sandbox.close())

const terminal = { terminal: { columns: 120 }, env: { NO_COLOR: '1' } }
const writes = () => live.sandbox.requests.filter(({ method }) => method !== 'GET')
const object = (kind: string, name: string) =>
  live.sandbox.store.get(live.sandbox.store.resource(kind), 'default', name)
const uids = (name: string) => [object('Pod', name)?.metadata.uid, object('PersistentVolumeClaim', name)?.metadata.uid]

describe('destroy', () => {
  it('of a standby: its name is typed, all of it goes, and the operator makes a new one', async () => {
    const before = uids('mycluster-3')
    const { code, stdout, stderr, host } = await live.run('destroy mycluster 3', {
      ...terminal,
      answers: ['mycluster-3'],
    })
    expect(host.questions).toEqual(['Destroy mycluster-3, with its data? Type mycluster-3 to go on: '])
    expect(steady(stderr)).toBe(
      [
        'Destroy mycluster-3 of default/mycluster',
        '  instance       mycluster-3: Standby (async), OK',
        '  deleted        pod mycluster-3; volumes mycluster-3; jobs none',
        '  stays          mycluster-1: Primary, OK',
        '                 mycluster-2: Standby (async), OK',
        'Warning: spec.instances is 3: the operator makes a new instance, which may take the name mycluster-3 again; lower spec.instances to have one less',
        'volume mycluster-3 is being deleted (DELETE persistentvolumeclaims/mycluster-3)',
        'pod mycluster-3 is being deleted (DELETE pods/mycluster-3)',
        'pod mycluster-3 is gone  N s',
        'volume mycluster-3 is gone  N s',
        '',
      ].join('\n'),
    )
    expect(stdout).toMatch(/^Instance mycluster-3 of cluster mycluster is destroyed \(\d+\.\d s\): /)
    expect(stdout).toMatch(/mycluster-1 is the primary\n$/)
    expect(code).toBe(0)
    for (const uid of uids('mycluster-3')) expect(before).not.toContain(uid ?? 'none')
    await live.settled()
    await expect.poll(() => live.cluster.isStreaming('mycluster-3'), { timeout: 10_000 }).toBe(true)
  }, 60_000)

  it('of the primary is refused; by force it needs its name or --yes', async () => {
    const before = writes().length
    const refused = await live.run('destroy mycluster 1')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('destroy refused: mycluster-1 is the primary: promote another one first')
    expect(refused.stderr).toContain('What helps: kubectl cnpg promote mycluster\n')
    const piped = await live.run('destroy mycluster 1 --force')
    expect(piped.code).toBe(1)
    expect(piped.stderr).toContain('this destroys the primary, which needs a confirmation')
    const typed = await live.run('destroy mycluster 1 --force', { ...terminal, answers: ['y'] })
    expect(typed.stderr).toContain('not confirmed: the answer was not mycluster-1')
    expect(writes()).toHaveLength(before)
  })

  it('of what is not there, or somebody else’s, is refused', async () => {
    const foreign = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      name: 'victim',
      uid: 'other',
      controller: true,
    }
    live.sandbox.store.put({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'victim-1',
        namespace: 'default',
        labels: { 'cnpg.io/cluster': 'mycluster', 'cnpg.io/instanceName': 'victim-1' },
        ownerReferences: [foreign],
      },
    })
    const before = writes().length
    const victim = await live.run('destroy mycluster victim-1')
    expect(victim.code).toBe(1)
    expect(victim.stderr).toContain('victim-1 is no instance of default/mycluster')
    expect((await live.run('destroy mycluster 99')).code).toBe(1)
    expect((await live.run('destroy nosuch 1')).code).toBe(1)
    const grammar = await live.run('destroy cluster mycluster')
    expect(grammar.code).toBe(2)
    expect(grammar.stderr).toContain('It destroys one instance. A whole cluster goes with: kubectl delete')
    for (const line of ['destroy mycluster', 'destroy', 'destroy mycluster 1 2']) {
      expect((await live.run(line)).code).toBe(2)
    }
    expect(writes()).toHaveLength(before)
    live.sandbox.store.remove(live.sandbox.store.resource('PersistentVolumeClaim'), 'default', 'victim-1')
  })

  it('shows the requests, and lets the server look at them', async () => {
    const { stdout } = await live.run('destroy mycluster 2 --dry-run -o json')
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'dry-run',
      requests: [
        { method: 'DELETE', path: '/api/v1/namespaces/default/persistentvolumeclaims/mycluster-2' },
        { method: 'DELETE', path: '/api/v1/namespaces/default/pods/mycluster-2' },
      ],
    })
    expect((await live.run('destroy mycluster 2 --dry-run=server')).code).toBe(0)
    expect(uids('mycluster-2')).not.toContain(undefined)
  })

  it('that is stopped half-way says what is gone already', async () => {
    const off = live.sandbox.faults.add({
      method: 'DELETE',
      resource: 'pods',
      answer: { code: 403, message: 'no pods today' },
    })
    const { code, stderr } = await live.run('destroy mycluster 3')
    off()
    expect(code).toBe(1)
    expect(stderr).toContain('DELETE pods/mycluster-3 was refused')
    expect(stderr).toContain('Done before: volume mycluster-3 is being deleted.')
    // Once more, it is brought to its end.
    const again = await live.run('destroy mycluster 3')
    expect(again.code).toBe(0)
    await live.settled()
    await expect.poll(() => live.cluster.isStreaming('mycluster-3'), { timeout: 10_000 }).toBe(true)
  }, 60_000)

  it('does not touch a standby that has become the primary meanwhile', async () => {
    const off = live.sandbox.faults.add({ method: 'DELETE', latencyMs: 400, times: 1 })
    live.operator.pause()
    const before = writes().length
    const { code, stderr } = await live.run('destroy mycluster 2', {
      onHost: () => {
        const meddle = async (): Promise<void> => {
          while (writes().length === before) await pause(5)
          const { store } = live.sandbox
          const type = store.resource('PersistentVolumeClaim')
          const claim = structuredClone(store.get(type, 'default', 'mycluster-2'))
          if (claim === undefined) return
          delete claim.metadata.resourceVersion
          store.replace(type, {
            ...claim,
            metadata: { ...claim.metadata, labels: { ...claim.metadata.labels, role: 'primary' } },
          })
          live.edit((cluster) => {
            cluster.status = { ...cluster.status, currentPrimary: 'mycluster-2', targetPrimary: 'mycluster-2' }
          })
        }
        void meddle()
      },
    })
    off()
    expect(code).toBe(1)
    expect(stderr).toContain(
      'the cluster was changed by somebody else meanwhile: the primary was mycluster-1 and is now mycluster-2',
    )
    expect(stderr).toContain('Nothing was changed before it.')
    expect(object('PersistentVolumeClaim', 'mycluster-2')?.metadata.deletionTimestamp).toBeUndefined()
    live.edit((cluster) => {
      cluster.status = { ...cluster.status, currentPrimary: 'mycluster-1', targetPrimary: 'mycluster-1' }
    })
    live.operator.resume()
    await live.settled()
  }, 60_000)

  it('that keeps the volumes detaches them, and warns of what follows', async () => {
    const before = object('PersistentVolumeClaim', 'mycluster-2')
    const { code, stdout, stderr } = await live.run('destroy mycluster 2 -k')
    expect(stderr).toContain(
      'its join job finds the kept volume in the way: the cluster stays one short until that is gone',
    )
    expect(stdout).toMatch(/^Instance mycluster-2 of cluster mycluster is destroyed and its volumes are kept/)
    expect(code).toBe(0)
    const after = object('PersistentVolumeClaim', 'mycluster-2')
    expect(after?.metadata.uid).toBe(before?.metadata.uid)
    expect(after?.metadata.annotations?.['cnpg.io/pvcStatus']).toBe('detached')
    expect(after?.metadata.labels?.['cnpg.io/instanceName']).toBe('mycluster-2')
    expect(after?.metadata.ownerReferences).toBeUndefined()
    // And the kept volume goes with the same command.
    const rest = await live.run('destroy mycluster 2')
    expect(rest.code).toBe(0)
    await live.settled()
  }, 60_000)
})

describe('destroy of the last copy', () => {
  it('is refused unless told, and by force the instance goes', async () => {
    const one = await startLive(1)
    try {
      const refused = await one.run('destroy mycluster 1')
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('mycluster-1 is the primary')
      expect(refused.stderr).toContain('Also: mycluster-1 is the only instance: nobody else has the data.')
      const forced = await one.run('destroy mycluster 1 --force --yes')
      expect(forced.code).toBe(0)
      expect(forced.stderr).toContain('nothing is left to make a new instance from')
      expect(forced.stdout).toContain('no primary answers')
      // The claim goes before what it held.
      await one.settled()
      expect([...one.cluster.servers.keys()]).toEqual([])
    } finally {
      await one.sandbox.close()
    }
  }, 60_000)
})
