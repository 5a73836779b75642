import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { cli } from '../helpers/cli.ts'

describe('version', () => {
  test.each(['version', '--version', 'version -n x --server https://127.0.0.1:1 --context nosuch'])(
    '%s is one line and needs no server',
    async (line) => {
      const { code, stdout, stderr } = await cli(line)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toMatch(/^Build: \{Version:\S+ Commit:\S+ Date:\S+\}\n$/)
    },
  )

  test('is an object for programs, the same in JSON and YAML', async () => {
    const json = await cli('version -o json')
    const { client } = JSON.parse(json.stdout) as { client: Record<string, string> }
    expect(Object.keys(client)).toEqual(['version', 'commit', 'date'])
    const yaml = await cli('--version -oyaml')
    expect(yaml.stdout).toMatch(/^client:\n {2}version: .+\n {2}commit: .+\n {2}date: .+\n$/)
  })
})

describe('version --remote', () => {
  const servers: Server[] = []
  afterEach(() => servers.splice(0).forEach((server) => server.close()))

  /** An API server that holds these answers by path; anything else is forbidden. */
  async function kubeconfigFor(answers: Record<string, unknown>): Promise<object> {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://server')
      const answer = answers[decodeURIComponent(pathname)]
      const status = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message: `no ${pathname}` }
      response.writeHead(answer === undefined ? 403 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer ?? status))
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'test', user: {} }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'shop' } }],
    }
  }

  const deployment = (image: string) => ({
    metadata: { name: 'cnpg-controller-manager', namespace: 'cnpg-system' },
    spec: { template: { spec: { containers: [{ name: 'manager', image }] } } },
  })
  const pod = (name: string) => ({
    metadata: {
      name,
      namespace: 'shop',
      labels: { 'cnpg.io/cluster': 'main' },
      annotations: { 'cnpg.io/operatorVersion': '1.29.1' },
      ownerReferences: [{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'main', controller: true }],
    },
    spec: { containers: [{ name: 'postgres', command: ['/controller/manager', 'instance', 'run'] }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'postgres', ready: true, state: { running: {} } }],
    },
  })
  const instances = {
    '/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters': {
      items: [{ metadata: { name: 'main', namespace: 'shop' }, spec: {} }],
    },
    '/api/v1/namespaces/shop/pods': { items: [pod('main-1'), pod('main-2')] },
    '/api/v1/namespaces/shop/pods/http:main-1:8000/proxy/pg/status': { instanceManagerVersion: '1.30.0' },
  }

  test('tells what the operator and every instance manager are; where one is silent, what its pod says', async () => {
    const kubeconfig = await kubeconfigFor({
      ...instances,
      '/apis/apps/v1/deployments': { items: [deployment('registry:5000/cnpg/cloudnative-pg:1.30.0@sha256:ab')] },
    })
    const { code, stdout, stderr } = await cli('version --remote', { kubeconfig })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n').slice(1)).toEqual([
      'Operator: 1.30.0 (deployment cnpg-controller-manager in namespace cnpg-system)',
      'Instance managers: 1.30.0 (main-1 in namespace shop)',
      'Instance managers: 1.29.1 by annotation (main-2 in namespace shop)',
      '',
    ])
  })

  test('counts its requests with --log-level debug', async () => {
    const { stderr } = await cli('version --remote --log-level debug', { kubeconfig: await kubeconfigFor(instances) })
    expect(stderr).toMatch(/ debug \d+ requests on \d+ connections to http:\/\/127\.0\.0\.1:\d+, \d+ bytes received\n$/)
  })

  test('looks where the operator usually is when it may not look everywhere', async () => {
    const kubeconfig = await kubeconfigFor({
      '/apis/apps/v1/namespaces/cnpg-system/deployments': { items: [deployment('cloudnative-pg@sha256:ab')] },
    })
    const { code, stdout } = await cli('version --remote -o json', { kubeconfig })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      operators: [{ namespace: 'cnpg-system', image: 'cloudnative-pg@sha256:ab' }],
      namespace: 'shop',
      instanceManagers: { error: expect.stringContaining('clusters') as string },
    })
  })

  test('a missing right costs its line only', async () => {
    const { code, stdout } = await cli('version --remote', { kubeconfig: await kubeconfigFor({}) })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Operator: unknown \(.*deployments.*\)$/m)
    expect(stdout).toMatch(/^Instance managers: unknown \(.*\)$/m)
  })

  test('without a server it fails', async () => {
    const { code, stdout, stderr } = await cli('version --remote --server http://127.0.0.1:1', {
      kubeconfig: await kubeconfigFor({}),
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^Error: .*127\.0\.0\.1:1/)
  })
})
