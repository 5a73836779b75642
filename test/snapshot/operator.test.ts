import { describe, expect, it } from 'vitest'
import { cli } from '../helpers/cli.ts'
import type { StoredObject } from '../sandbox/api-server/objects.ts'
import { play } from './support/recorded.ts'

interface Told {
  summary: { operator: unknown }
  problems: unknown[]
}

async function told(change: (deployment: StoredObject) => StoredObject | undefined, denied: string[] = []) {
  const { server, status } = await play('healthy', {
    object: (object) => (object.metadata.name === 'cnpg-controller-manager' ? change(object) : object),
  })
  for (const namespace of denied)
    server.policy.deny({ resource: 'deployments', ...(namespace === '*' ? {} : { namespace }) })
  const { code, stdout } = await status('-o json')
  expect(code).toBe(0)
  return JSON.parse(stdout) as Told
}

/** The container of the Deployment with other facts. */
function container(object: StoredObject, facts: object): StoredObject {
  const copy = structuredClone(object) as StoredObject & {
    spec: { template: { spec: { containers: object[] } } }
  }
  Object.assign(copy.spec.template.spec.containers[0]!, facts)
  return copy
}

describe('the operator of a cluster', () => {
  it('is told with its version and whether it is at work', async () => {
    const { summary, problems } = await told((deployment) => deployment)
    expect(summary.operator).toEqual({ namespace: 'cnpg-system', version: '1.30.0', replicas: 1, ready: 1 })
    expect(problems).toEqual([])
  })

  it('is down when no replica is available', async () => {
    const { summary } = await told((deployment) => ({ ...deployment, status: { unavailableReplicas: 1 } }))
    expect(summary.operator).toMatchObject({ replicas: 1, ready: 0 })
  })

  it('is told by its environment where the image has no tag', async () => {
    const image = 'registry.test/operator@sha256:0123'
    const env = [{ name: 'OPERATOR_IMAGE_NAME', value: 'registry.test:5000/operator:v1.29.1' }]
    const { summary } = await told((deployment) => container(deployment, { image, env }))
    expect(summary.operator).toMatchObject({ version: '1.29.1' })
  })

  it('is not that of another namespace', async () => {
    const env = [{ name: 'WATCH_NAMESPACE', value: 'team-a, team-b' }]
    const { summary } = await told((deployment) => container(deployment, { env }))
    expect(summary.operator).toBeNull()
    const own = [{ name: 'WATCH_NAMESPACE', value: 'team-a,rec-main' }]
    const { summary: watched } = await told((deployment) => container(deployment, { env: own }))
    expect(watched.operator).toMatchObject({ namespace: 'cnpg-system' })
  })

  it('is absent only when every namespace was seen', async () => {
    const nobody = await told(() => undefined)
    expect(nobody.summary.operator).toEqual({ namespace: null, version: null, replicas: 0, ready: 0 })
  })

  it('is not known to who may not look, and that is no problem', async () => {
    const { summary, problems } = await told((deployment) => deployment, ['*'])
    expect(summary.operator).toBeNull()
    expect(problems).toEqual([])
  })

  it('is looked for in its usual namespace by who may not look everywhere', async () => {
    const { server } = await play('healthy')
    const everything = { verbs: ['*'], resources: ['*'], namespaces: [server.meta.namespace, 'cnpg-system'] }
    server.users.add('paula', { rights: [everything] })
    const kubeconfig = server.kubeconfigFor('paula', { namespace: server.meta.namespace })
    const { stdout } = await cli(`status ${server.meta.cluster} -o json`, { kubeconfig, now: server.at.toISOString() })
    expect((JSON.parse(stdout) as Told).summary.operator).toMatchObject({ namespace: 'cnpg-system', ready: 1 })
  })

  it('is never waited for', async () => {
    const { server, status } = await play('healthy')
    server.faults.add({ resource: 'deployments', hang: true })
    const { code, stdout } = await status('-o json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ summary: { operator: null }, problems: [] })
  })
})
