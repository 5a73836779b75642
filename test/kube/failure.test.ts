import { describe, expect, it } from 'vitest'
import { parseApiPath, verbOf } from '../../src/kube/api-path.ts'
import { answerFailure } from '../../src/kube/failure.ts'
import { statusBody } from './helpers.ts'

const asker = { server: 'https://api:6443', context: 'prod', user: 'jane' }

function failure(method: string, path: string, status: number, body: object | string) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return answerFailure({ method, path, status, headers: {}, body: bytes }, asker)
}

describe('paths of the API', () => {
  it.each([
    ['/api/v1/namespaces/shop/pods', '', 'pods', 'shop', undefined],
    ['/api/v1/namespaces/shop/pods/main-1/exec?command=x', '', 'pods/exec', 'shop', 'main-1'],
    ['/api/v1/namespaces/shop/pods/https:main-1:8000/proxy/pg/status', '', 'pods/proxy', 'shop', 'https:main-1:8000'],
    ['/apis/postgresql.cnpg.io/v1/clusters', 'postgresql.cnpg.io', 'clusters', undefined, undefined],
    ['/apis/postgresql.cnpg.io/v1/namespaces/a/clusters/b/status', 'postgresql.cnpg.io', 'clusters/status', 'a', 'b'],
    ['/api/v1/namespaces/shop', '', 'namespaces', undefined, 'shop'],
    ['/api/v1/nodes/node%20one', '', 'nodes', undefined, 'node one'],
  ])('%s', (path, group, resource, namespace, name) => {
    expect(parseApiPath(path)).toMatchObject({ group, resource, namespace, name })
  })

  it.each(['/version', '/api', '/api/v1', '/apis/apps', '/'])('%s is no resource', (path) => {
    expect(parseApiPath(path)).toBeUndefined()
  })

  it.each([
    ['GET', '/api/v1/pods', 'list'],
    ['GET', '/api/v1/pods?watch=true', 'watch'],
    ['GET', '/api/v1/namespaces/a/pods/b', 'get'],
    ['POST', '/api/v1/namespaces/a/pods', 'create'],
    ['PUT', '/api/v1/namespaces/a/pods/b', 'update'],
    ['PATCH', '/api/v1/namespaces/a/pods/b', 'patch'],
    ['DELETE', '/api/v1/namespaces/a/pods/b', 'delete'],
    ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection'],
  ])('%s %s is %s', (method, path, verb) => {
    expect(verbOf(method, path)).toBe(verb)
  })
})

describe('the words for a refused request', () => {
  it('names the right by the request when the server names none', () => {
    const error = failure('PATCH', '/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters/main/status', 403, 'denied')
    expect(error.kind).toBe('forbidden')
    expect(error.hint).toContain('Missing: patch clusters/status in namespace "shop" for user "jane"')
  })

  it('asks for a ClusterRole outside namespaces', () => {
    const message = 'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope'
    const error = failure('GET', '/api/v1/nodes', 403, statusBody(403, 'Forbidden', message))
    expect(error.hint).toContain('Missing: list nodes in the whole cluster for user "jane". A ClusterRole rule')
    expect(error.hint).toContain('apiGroups: [""]')
  })

  it('names the right to impersonate', () => {
    const message =
      'users "root" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope'
    const error = failure('GET', '/api/v1/pods', 403, statusBody(403, 'Forbidden', message))
    expect(error.hint).toContain('verbs: ["impersonate"]')
  })

  it('does not suggest a Role when a policy refused the change', () => {
    const message = 'pods "x" is forbidden: exceeded quota: compute'
    const error = failure('POST', '/api/v1/namespaces/a/pods', 403, statusBody(403, 'Forbidden', message))
    expect(error).toMatchObject({
      message,
      hint: 'A policy of the cluster (quota, admission webhook) refuses this change.',
    })
  })

  it.each([
    [400, 'server'],
    [401, 'unauthorized'],
    [404, 'missing'],
    [409, 'conflict'],
    [410, 'server'],
    [422, 'server'],
    [429, 'server'],
    [500, 'server'],
    [503, 'server'],
    [504, 'timeout'],
  ])('%d is of kind %s and keeps code and reason', (status, kind) => {
    expect(failure('GET', '/api/v1/pods', status, statusBody(status, 'Reason', 'words'))).toMatchObject({
      kind,
      code: status,
      reason: 'Reason',
      message: 'words',
    })
  })

  it('explains TLS to who speaks plain http', () => {
    expect(failure('GET', '/api', 400, 'Client sent an HTTP request to an HTTPS server.\n').hint).toContain('https://')
  })

  it('shows words of the server without control characters', () => {
    const error = failure('GET', '/api/v1/pods', 500, statusBody(500, 'X', 'a\u001b[2Jb\u202ec\nd\u0007'))
    expect(error.message).toBe('ab c d')
  })
})
