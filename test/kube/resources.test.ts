import { expect, test } from 'vitest'
import { canI, canIAll } from '../../src/kube/access-review.ts'
import { encodeQuery, pathOf, podPath, podProxyPath, Resources } from '../../src/kube/resources.ts'
import { startChannelServer } from './channel-server.ts'

test.each([
  [pathOf(Resources.pods, { namespace: 'shop' }), '/api/v1/namespaces/shop/pods'],
  [pathOf(Resources.nodes, { name: 'node1' }), '/api/v1/nodes/node1'],
  [pathOf(Resources.nodes, { namespace: 'shop', name: 'node1' }), '/api/v1/nodes/node1'],
  [pathOf(Resources.clusters), '/apis/postgresql.cnpg.io/v1/clusters'],
  [
    pathOf(Resources.clusters, { namespace: 'shop', name: 'db', subresource: 'status' }),
    '/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters/db/status',
  ],
  [
    pathOf(Resources.objectStores, { namespace: 'shop', name: 'a/b?c' }),
    '/apis/barmancloud.cnpg.io/v1/namespaces/shop/objectstores/a%2Fb%3Fc',
  ],
  [
    pathOf(Resources.podDisruptionBudgets, { namespace: 'shop' }),
    '/apis/policy/v1/namespaces/shop/poddisruptionbudgets',
  ],
  [podPath('shop', 'db-1', 'portforward'), '/api/v1/namespaces/shop/pods/db-1/portforward'],
  [
    podProxyPath({ namespace: 'shop', pod: 'db-1', scheme: 'https', port: 8000 }, '/pg/status'),
    '/api/v1/namespaces/shop/pods/https:db-1:8000/proxy/pg/status',
  ],
])('%s', (path, expected) => {
  expect(path).toBe(expected)
})

test.each(['', '.', '..'])('a name that would change the meaning of the path is refused: %j', (name) => {
  expect(() => pathOf(Resources.pods, { namespace: 'shop', name })).toThrow('is not a valid name')
  expect(() => pathOf(Resources.pods, { namespace: name })).toThrow('is not a valid namespace')
})

test('query parameters keep their order and are encoded', () => {
  expect(
    encodeQuery([
      ['command', 'a b'],
      ['command', 'c&d=é'],
    ]),
  ).toBe('command=a%20b&command=c%26d%3D%C3%A9')
})

test('access reviews ask in the words of a rule and answer in the order of the questions', async () => {
  const asked: unknown[] = []
  const server = await startChannelServer({
    request(request, response) {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const review = JSON.parse(body) as { spec: { resourceAttributes: { verb: string } } }
        asked.push(review.spec.resourceAttributes)
        const allowed = review.spec.resourceAttributes.verb === 'get'
        response.end(JSON.stringify({ ...review, status: allowed ? { allowed } : { allowed, reason: 'no rule' } }))
      })
    },
  })
  try {
    const question = { verb: 'get', resource: Resources.pods, subresource: 'proxy', namespace: 'shop' }
    expect(await canI(server.session, question)).toEqual({ allowed: true })
    expect(asked).toEqual([{ verb: 'get', group: '', resource: 'pods', subresource: 'proxy', namespace: 'shop' }])
    const answers = await canIAll(server.session, [{ ...question, verb: 'create' }, question])
    expect(answers).toEqual([{ allowed: false, reason: 'no rule' }, { allowed: true }])
  } finally {
    await server.close()
  }
})
