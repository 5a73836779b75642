import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CliError } from '../../src/errors/cli-error.ts'
import { openSession } from '../../src/kube/open-session.ts'
import type { Session } from '../../src/kube/session.ts'
import { applyPlan } from '../../src/plan/apply.ts'
import type { Applied } from '../../src/plan/apply.ts'
import type { Plan, Step } from '../../src/plan/plan.ts'
import { planPromote } from '../../src/plan/promote.ts'
import { planRestart } from '../../src/plan/restart.ts'
import type { Cluster } from '../../src/api/cluster.ts'
import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { fakeHost } from '../helpers/fake-host.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { denied, startApiServer } from '../sandbox/sandbox.ts'
import type { ApiServer } from '../sandbox/sandbox.ts'
import type { StoredObject } from '../sandbox/api-server/objects.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAMESPACE = 'rec-main'
let server: ApiServer
let session: Session
let folder: string
let said: string[]
let user: AbortController

beforeEach(async () => {
  server = await startApiServer()
  const { cluster, objects } = recordedSnapshot('healthy')
  const pods = objects.pods.ok ? objects.pods.value : []
  for (const [kind, apiVersion, object] of [
    ['Cluster', 'postgresql.cnpg.io/v1', cluster] as const,
    ...pods.map((pod) => ['Pod', 'v1', pod] as const),
  ]) {
    server.store.put({ ...structuredClone(object), kind, apiVersion } as unknown as StoredObject)
  }
  folder = await mkdtemp(join(tmpdir(), 'apply-test-'))
  await writeFile(join(folder, 'config'), server.kubeconfigFor('admin', { namespace: NAMESPACE }))
  session = await openSession({ kubeconfig: join(folder, 'config') }, fakeHost())
  said = []
  user = new AbortController()
})
afterEach(async () => {
  session.close()
  await server.close()
  await rm(folder, { recursive: true })
})

function stored(): Cluster {
  const type = server.store.registry.byPlural('postgresql.cnpg.io', 'v1', 'clusters')!
  return server.store.get(type, NAMESPACE, 'mycluster') as unknown as Cluster
}

function storedPod(name: string): StoredObject | undefined {
  return server.store.get(server.store.registry.byPlural('', 'v1', 'pods')!, NAMESPACE, name)
}

function snapshot(): ClusterSnapshot {
  const recorded = recordedSnapshot('healthy')
  const pods = recorded.objects.pods
  if (pods.ok) pods.value = pods.value.map((pod) => (storedPod(pod.metadata.name) as typeof pod | undefined) ?? pod)
  return { ...recorded, cluster: structuredClone(stored()) }
}

/** Somebody else writes to the Cluster. */
function meddle(status: Record<string, unknown>): void {
  const type = server.store.registry.byPlural('postgresql.cnpg.io', 'v1', 'clusters')!
  const current = structuredClone(stored()) as unknown as StoredObject & { status: Record<string, unknown> }
  delete current.metadata.resourceVersion
  server.store.replace(type, { ...current, status: { ...current.status, ...status } })
}

const promote = (): Plan => planPromote(snapshot(), { instance: 'mycluster-2' }, new Date('2026-11-23T06:01:36.321Z'))
const restart = (): Plan =>
  planRestart(snapshot(), { kind: 'instance', instance: 'mycluster-2' }, new Date('2026-11-23T06:01:36.321Z'))

function apply(plan: Plan, again: () => Plan = promote, dryRun = false): Promise<Applied[]> {
  return applyPlan(session, plan, {
    clock: fakeHost().clock,
    signal: user.signal,
    dryRun,
    again: () => Promise.resolve(again()),
    say: (line) => Promise.resolve(void said.push(line)),
  })
}

const writes = () => server.requests.filter(({ method }) => method !== 'GET')
const failureOf = (work: Promise<unknown>): Promise<CliError> =>
  work.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as CliError,
  )

it('sends exactly the request of the plan, and says what the server accepted', async () => {
  const plan = promote()
  await apply(plan)
  expect(writes().map(({ method, path, contentType }) => [method, path, contentType])).toEqual([
    [
      'PATCH',
      '/apis/postgresql.cnpg.io/v1/namespaces/rec-main/clusters/mycluster/status',
      'application/merge-patch+json',
    ],
  ])
  expect(JSON.parse(writes()[0]!.body)).toEqual(plan.steps[0]!.request.body)
  expect(stored().status).toMatchObject({ targetPrimary: 'mycluster-2', phase: 'Switchover in progress' })
  expect(said).toEqual(['mycluster-2 requested as primary (PATCH clusters/mycluster/status)'])
})

it('stores nothing with a dry run on the server', async () => {
  await apply(promote(), promote, true)
  expect(writes()[0]?.query).toContain('dryRun=All')
  expect(stored().status?.targetPrimary).toBe('mycluster-1')
  expect(said).toEqual([])
})

it('deletes nothing with a dry run on the server, which reads the options of a deletion in its body alone', async () => {
  const { uid } = storedPod('mycluster-2')!.metadata
  await apply(restart(), restart, true)
  expect(JSON.parse(writes()[0]!.body)).toMatchObject({ dryRun: ['All'], preconditions: { uid } })
  expect(storedPod('mycluster-2')?.metadata).toMatchObject({ uid })
  expect(storedPod('mycluster-2')?.metadata.deletionTimestamp).toBeUndefined()
})

describe('a conflict with what somebody else wrote', () => {
  it('is met with a new patch, which keeps what the other one wrote', async () => {
    const plan = promote()
    meddle({ readyInstances: 2, conditions: [{ type: 'Other', status: 'True' }] })
    await apply(plan)
    expect(writes().map(({ status }) => status)).toEqual([409, 200])
    expect(stored().status).toMatchObject({ targetPrimary: 'mycluster-2', readyInstances: 2 })
    expect(stored().status?.conditions?.map(({ type }) => type)).toEqual(['Other', 'Ready'])
  })

  it('ends the change when the other one changed what the plan rests on', async () => {
    const plan = promote()
    meddle({ targetPrimary: 'mycluster-3' })
    const error = await failureOf(apply(plan))
    expect(error).toMatchObject({ kind: 'conflict', exitCode: 1 })
    expect(error.message).toContain('the target primary was mycluster-1 and is now mycluster-3')
    expect(error.hint).toContain('Nothing was changed before it.')
    expect(stored().status?.targetPrimary).toBe('mycluster-3')
  })

  it('is given up after the fourth', async () => {
    server.writer.onAdmission(({ operation, subresource }) => {
      if (operation === 'UPDATE' && subresource === 'status') throw denied('x', 'busy', 409, 'Conflict')
    })
    const error = await failureOf(apply(promote()))
    expect(error.message).toContain('was in conflict with other writes 4 times')
    expect(writes()).toHaveLength(4)
    expect(stored().status?.targetPrimary).toBe('mycluster-1')
  })

  it('is also a pod that is no longer the one that was looked at', async () => {
    const plan = restart()
    const pod = structuredClone(storedPod('mycluster-2')!)
    delete pod.metadata.resourceVersion
    pod.metadata.labels = { ...pod.metadata.labels, other: 'write' }
    server.store.replace(server.store.registry.byPlural('', 'v1', 'pods')!, pod)
    await apply(plan, restart)
    expect(writes().map(({ method, status }) => [method, status])).toEqual([
      ['DELETE', 409],
      ['DELETE', 200],
    ])
  })
})

describe('a refusal', () => {
  it('of an admission webhook is passed on, and nothing was changed', async () => {
    server.writer.onAdmission(({ operation }) => {
      if (operation === 'UPDATE') throw denied('guard.example.org', 'not on Fridays')
    })
    const error = await failureOf(apply(promote()))
    expect(error).toMatchObject({ kind: 'forbidden', code: 403 })
    expect(error.message).toContain(
      'PATCH clusters/mycluster/status was refused: admission webhook "guard.example.org"',
    )
    expect(error.hint).toContain('Nothing was changed before it.')
    expect(writes()).toHaveLength(1)
  })
})

describe('a connection that is cut', () => {
  it.each(['before', 'during', 'after'] as const)(
    '%s the patch: it is looked whether it was made, then gone on',
    async (cut) => {
      server.faults.add({ method: 'PATCH', cut, times: 1 })
      await apply(promote())
      expect(stored().status?.targetPrimary).toBe('mycluster-2')
      expect(writes()).toHaveLength(cut === 'before' ? 2 : 1)
      expect(said.includes('The connection broke before the answer came, but the change was made.')).toBe(
        cut !== 'before',
      )
      expect(said.at(-1)).toContain('mycluster-2 requested as primary')
    },
  )

  it.each(['before', 'during', 'after'] as const)('%s the deletion of a pod: it is deleted once', async (cut) => {
    server.faults.add({ method: 'DELETE', cut, times: 1 })
    await apply(restart(), restart)
    expect(storedPod('mycluster-2')?.metadata.deletionTimestamp ?? 'gone').toBeTruthy()
    expect(writes().filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
    expect(said.at(-1)).toContain('restart of mycluster-2 requested')
  })

  it('every time: the change ends, and says that it was not carried out', async () => {
    server.faults.add({ method: 'PATCH', cut: 'before' })
    const error = await failureOf(apply(promote()))
    expect(error.message).toBe(
      'PATCH clusters/mycluster/status got no answer, and it had not been carried out when we looked',
    )
    expect(error.hint).toContain('To look: kubectl get clusters.postgresql.cnpg.io mycluster -n rec-main -o yaml')
    expect(error.hint).toContain('To undo, if it was: kubectl cnpg promote mycluster mycluster-1')
    expect(writes()).toHaveLength(3)
    expect(said).toEqual([])
  })

  it('and no way to look: that is said, and nothing is sent twice', async () => {
    server.faults.add({ method: 'PATCH', cut: 'after' })
    server.faults.add({ method: 'GET', answer: { code: 403, message: 'no' } })
    const error = await failureOf(apply(promote()))
    expect(error.message).toContain('it is not known whether it was carried out')
    expect(writes()).toHaveLength(1)
  })

  it('and a request that was carried out late is known for our own when it is in the way of the next', async () => {
    const plan = promote()
    server.faults.add({ method: 'PATCH', latencyMs: 100 })
    server.faults.add({ method: 'PATCH', times: 1, answer: { code: 504, message: 'gateway timeout' } })
    const timer = setInterval(() => {
      if (!server.requests.some(({ method }) => method === 'GET')) return
      clearInterval(timer)
      meddle((plan.steps[0]!.request.body as { status: Record<string, unknown> }).status)
    }, 5)
    await apply(plan)
    expect(writes().map(({ status }) => status)).toEqual([504, 409])
    expect(said.at(-1)).toContain('mycluster-2 requested as primary')
  })

  it('after which the operator has gone on already: what no longer shows is not sent again', async () => {
    const plan = planRestart(snapshot(), { kind: 'instance', instance: 'mycluster-1' }, new Date())
    server.faults.add({ method: 'PATCH', cut: 'after', times: 1 })
    const off = server.store.on('change', () => {
      off()
      meddle({ phase: 'Waiting for the instances to become active' })
    })
    const error = await failureOf(apply(plan))
    expect(error.message).toContain('it is not known whether it was carried out')
    expect(writes()).toHaveLength(1)
  })

  it('by an answer of the server that tells nothing (500): it is looked, too', async () => {
    server.faults.add({ method: 'PATCH', times: 1, answer: { code: 500, message: 'etcdserver: request timed out' } })
    await apply(promote())
    expect(stored().status?.targetPrimary).toBe('mycluster-2')
  })
})

describe('a creation', () => {
  const step: Step = {
    id: 'secret',
    description: 'make secret mine',
    requested: 'secret mine made',
    request: {
      method: 'POST',
      object: { kind: 'secrets', namespace: NAMESPACE, name: 'mine' },
      body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine' }, data: { key: 'bWluZQ==' } },
    },
    evidence: { kind: 'members', members: [{ path: ['data', 'key'], value: 'bWluZQ==' }] },
    undo: null,
  }
  const make = (exists = false): Plan => ({ ...promote(), steps: [step], premise: { 'secret mine': exists } })
  const made = () => server.store.get(server.store.registry.byPlural('', 'v1', 'secrets')!, NAMESPACE, 'mine')

  it('goes to the list, and is there', async () => {
    await apply(make(), make)
    expect(writes().map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/namespaces/rec-main/secrets',
    ])
    expect(made()).toMatchObject({ data: { key: 'bWluZQ==' } })
    expect(said).toEqual(['secret mine made (POST secrets/mine)'])
  })

  it.each(['before', 'during', 'after'] as const)('whose connection is cut %s it is made once', async (cut) => {
    server.faults.add({ method: 'POST', cut, times: 1 })
    await apply(make(), make)
    expect(writes().filter(({ status }) => status === 409)).toEqual([])
    expect(made()).toBeDefined()
    expect(said.at(-1)).toBe('secret mine made (POST secrets/mine)')
  })

  it('of a name that was taken meanwhile ends the change', async () => {
    server.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine', namespace: NAMESPACE } })
    const error = await failureOf(apply(make(), () => make(true)))
    expect(error).toMatchObject({ kind: 'conflict', exitCode: 1 })
    expect(error.message).toContain('secret mine was false and is now true')
    expect(made()).not.toHaveProperty('data')
  })

  it('that gets no answer tells where to look, without showing what is in it', async () => {
    server.faults.add({ method: 'POST', cut: 'before' })
    const error = await failureOf(apply(make(), make))
    expect(error.hint).toContain('To look: kubectl get secrets mine -n rec-main\n')
  })
})

describe('an interruption', () => {
  const stop = () => user.abort(new CliError({ kind: 'interrupted', message: 'interrupted by SIGINT', exitCode: 130 }))

  it('before anything was sent says so', async () => {
    stop()
    const error = await failureOf(apply(promote()))
    expect(error).toMatchObject({ kind: 'interrupted', exitCode: 130 })
    expect(error.message).toContain('nothing of it was sent')
    expect(writes()).toEqual([])
  })

  it.each([
    ['after it was carried out', 'after', 'it was carried out'],
    ['before it was carried out', 'before', 'it had not been carried out when we looked'],
  ] as const)('while a request is under way, %s', async (_name, cut, words) => {
    server.faults.add({ method: 'PATCH', latencyMs: 100, cut })
    if (cut === 'after') server.writer.onAdmission(stop)
    else setTimeout(stop, 30)
    const error = await failureOf(apply(promote()))
    expect(error).toMatchObject({ kind: 'interrupted', exitCode: 130 })
    expect(error.message).toContain(words)
    expect(said[0]).toMatch(/^Interrupted while this was being sent: set mycluster-2 as the target primary/)
    if (cut === 'after') expect(error.hint).toContain('To undo: kubectl cnpg promote mycluster mycluster-1')
  })
})
