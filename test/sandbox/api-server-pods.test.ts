import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { connect } from 'node:net'
import { once } from 'node:events'
import type { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiServer } from './api-server/server.ts'
import { startApiServer } from './api-server/server.ts'
import { linesOf, rawClient } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'
import { ConnectionFailure } from './types.ts'
import type { ExecRequest, LogRequest, PodBackend, PodHttpRequest } from './types.ts'

const PODS = '/api/v1/namespaces/shop/pods'
const EXEC = `${PODS}/db-1/exec?container=postgres&stdout=true&stderr=true`

let server: ApiServer
let admin: RawClient
let echo: Server
const asked: { http: PodHttpRequest[]; logs: LogRequest[]; sizes: unknown[] } = { http: [], logs: [], sizes: [] }

/** A small pod: `cat` copies its input, `sh` writes on both streams and fails, `size` waits for a change of the terminal. */
const backend: PodBackend = {
  async http(request) {
    asked.http.push(request)
    if (request.path === '/never') await once(request.signal, 'abort')
    if (request.path === '/broken')
      return { status: 500, headers: { 'content-type': 'text/plain' }, body: 'dial error\n' }
    if (request.port !== 8000)
      throw new ConnectionFailure(`dial tcp 10.0.0.1:${request.port}: connect: connection refused`)
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"isPrimary":true}' }
  },
  async exec(request: ExecRequest) {
    const [program] = request.command
    if (program === 'cat') for await (const chunk of request.stdin ?? []) await request.stdout(chunk)
    if (program === 'sh') {
      await request.stdout(Buffer.from('out\n'))
      await request.stderr(Buffer.from('err\n'))
      return 7
    }
    if (program === 'gone')
      throw new ConnectionFailure('unable to upgrade connection: container not found ("postgres")', 500)
    if (program === 'size') {
      const size = await new Promise((resolve) => request.onResize(resolve))
      await request.stdout(Buffer.from(JSON.stringify(size)))
    }
    return 0
  },
  async connect(port) {
    if (port !== 5432) throw new ConnectionFailure('connection refused')
    const socket = connect((echo.address() as AddressInfo).port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  },
  async *logs(request) {
    asked.logs.push(request)
    yield 'first'
    yield 'second'
    if (request.follow) await once(request.signal, 'abort')
  },
}

function putPod(
  name: string,
  containers: string[],
  status: Record<string, unknown>,
  spec: Record<string, unknown> = {},
): void {
  server.store.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { nodeName: 'node1', containers: containers.map((container) => ({ name: container })), ...spec },
    status: { phase: 'Running', podIP: '10.0.0.1', ...status },
  })
}

beforeAll(async () => {
  echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  server = await startApiServer()
  putPod('db-1', ['postgres'], {})
  putPod('two', ['a', 'b'], {}, { initContainers: [{ name: 'i' }] })
  putPod('pending', ['postgres'], { phase: 'Pending', podIP: undefined }, { nodeName: undefined })
  putPod('done', ['postgres'], { phase: 'Succeeded' })
  putPod('pulling', ['postgres'], {
    phase: 'Pending',
    containerStatuses: [{ name: 'postgres', state: { waiting: { reason: 'ImagePullBackOff' } } }],
  })
  server.setPod('shop', 'db-1', backend)
  admin = rawClient(server, 'admin')
})
afterAll(async () => {
  admin.close()
  await server.close()
  echo.close()
})

describe('proxy', () => {
  const proxy = (id: string, path = '/pg/status'): string => `${PODS}/${id}/proxy${path}`

  test('passes a request on, and the answer back', async () => {
    const answer = await admin.get(`${proxy('https:db-1:8000')}?a=b`, { headers: { 'x-own': '1' } })
    expect([answer.status, answer.text]).toEqual([200, '{"isPrimary":true}'])
    const request = asked.http.at(-1)
    expect(request).toMatchObject({ tls: true, port: 8000, method: 'GET', path: '/pg/status?a=b' })
    expect(request?.headers['x-own']).toBe('1')
    expect(request?.headers['authorization']).toBeUndefined()
    await admin.get(proxy('db-1:8000', '/'))
    expect(asked.http.at(-1)).toMatchObject({ tls: false, path: '/' })
  })

  test('an error of the pod comes back as it is', async () => {
    const answer = await admin.get(proxy('https:db-1:8000', '/broken'))
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([500, 'text/plain', 'dial error\n'])
  })

  test.each([
    ['https:db-1:9999', 503, 'error trying to reach service: dial tcp 10.0.0.1:9999: connect: connection refused'],
    ['https:done:8000', 503, 'error trying to reach service: dial tcp 10.0.0.1:8000: connect: connection refused'],
    ['https:pending:8000', 400, 'address not allowed'],
    ['https:db-9:8000', 404, 'pods "db-9" not found'],
    ['ftp:db-1:8000', 400, 'invalid pod request "ftp:db-1:8000"'],
  ])('%s answers %i', async (id, status, message) => {
    const answer = await admin.get(proxy(id))
    expect([answer.status, answer.json<{ message: string }>().message]).toEqual([status, message])
  })

  test('a pod that never answers is let go when the client leaves', async () => {
    const client = rawClient(server, 'admin')
    const broken = client.get(proxy('https:db-1:8000', '/never')).catch(() => 'broken')
    while (asked.http.at(-1)?.path !== '/never') await new Promise((resolve) => setTimeout(resolve, 2))
    const { signal } = asked.http.at(-1) as PodHttpRequest
    client.close()
    if (!signal.aborted) await once(signal, 'abort')
    expect(await broken).toBe('broken')
  })

  test('a fault of one pod leaves the others alone', async () => {
    const off = server.faults.add({ pod: 'db-1', resource: 'pods/proxy', answer: { code: 503, message: 'faulty' } })
    expect((await admin.get(proxy('https:db-1:8000'))).status).toBe(503)
    expect((await admin.get(proxy('https:pending:8000'))).status).toBe(400)
    off()
    expect((await admin.get(proxy('https:db-1:8000'))).status).toBe(200)
  })
})

describe('log', () => {
  test('lines, with what was asked for passed on', async () => {
    const answer = await admin.get(`${PODS}/db-1/log?tailLines=5&timestamps=true&sinceSeconds=60`)
    expect([answer.headers['content-type'], answer.text]).toEqual(['text/plain', 'first\nsecond\n'])
    expect(asked.logs.at(-1)).toMatchObject({
      container: 'postgres',
      tailLines: 5,
      timestamps: true,
      sinceSeconds: 60,
      follow: false,
    })
  })

  test('followed until the client leaves', async () => {
    const stream = await admin.stream(`${PODS}/db-1/log?follow=true`)
    const lines: string[] = []
    for await (const line of linesOf(stream)) if (lines.push(line) === 2) break
    const { signal } = asked.logs.at(-1) as LogRequest
    stream.destroy()
    if (!signal.aborted) await once(signal, 'abort')
    expect(lines).toEqual(['first', 'second'])
  })

  test.each([
    [
      'two/log',
      'a container name must be specified for pod two, choose one of: [a b] or one of the init containers: [i]',
    ],
    ['db-1/log?container=x', 'container x is not valid for pod db-1'],
    ['db-1/log?previous=true', 'previous terminated container "postgres" in pod "db-1" not found'],
    ['pulling/log', 'container "postgres" in pod "pulling" is waiting to start: trying and failing to pull image'],
    ['db-1/log?sinceTime=yesterday', 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse'],
  ])('%s is refused', async (path, message) => {
    const answer = await admin.get(`${PODS}/${path}`)
    expect([answer.status, answer.json<{ message: string }>().message]).toEqual([400, message])
  })

  test('a negative number of lines is invalid', async () => {
    expect((await admin.get(`${PODS}/db-1/log?tailLines=-1`)).status).toBe(422)
  })
})

/** Everything a server sends on a WebSocket, by channel. */
function collect(webSocket: WebSocket): { channels: Map<number, Buffer>; closed: Promise<unknown> } {
  const channels = new Map<number, Buffer>()
  webSocket.on('message', (data) => {
    const bytes = data as Buffer
    const channel = bytes[0] ?? -1
    channels.set(channel, Buffer.concat([channels.get(channel) ?? Buffer.alloc(0), bytes.subarray(1)]))
  })
  return { channels, closed: once(webSocket, 'close') }
}

const frame = (channel: number, data: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(data)])

describe('exec', () => {
  const statusIn = (channels: Map<number, Buffer>): unknown => JSON.parse(String(channels.get(3)))

  test.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])('output, errors and exit code over %s', async (protocol) => {
    const webSocket = admin.webSocket(`${EXEC}&command=sh`, [protocol])
    const { channels, closed } = collect(webSocket)
    await closed
    expect(webSocket.protocol).toBe(protocol)
    expect([String(channels.get(1)), String(channels.get(2))]).toEqual(['out\n', 'err\n'])
    expect(statusIn(channels)).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    })
  })

  test('input is closed on its own in v5', async () => {
    const webSocket = admin.webSocket(`${EXEC}&stdin=true&command=cat`, ['v5.channel.k8s.io', 'v4.channel.k8s.io'])
    const { channels, closed } = collect(webSocket)
    await once(webSocket, 'open')
    const data = Buffer.alloc(300_000, 'abc')
    for (let at = 0; at < data.length; at += 50_000) webSocket.send(frame(0, data.subarray(at, at + 50_000)))
    webSocket.send(Buffer.from([255, 0]))
    await closed
    expect(channels.get(1)?.equals(data)).toBe(true)
    expect(statusIn(channels)).toEqual({ metadata: {}, status: 'Success' })
  })

  test('the size of the terminal comes on its own channel', async () => {
    const webSocket = admin.webSocket(`${EXEC}&stdin=true&tty=true&command=size`, ['v5.channel.k8s.io'])
    const { channels, closed } = collect(webSocket)
    await once(webSocket, 'open')
    webSocket.send(frame(4, JSON.stringify({ Width: 120, Height: 40 })))
    await closed
    expect(String(channels.get(1))).toBe('{"columns":120,"rows":40}')
  })

  test('a missing container is a status in v5, a refused upgrade in v4', async () => {
    const { channels, closed } = collect(admin.webSocket(`${EXEC}&command=gone`, ['v5.channel.k8s.io']))
    await closed
    expect(statusIn(channels)).toMatchObject({
      status: 'Failure',
      message: 'Internal error occurred: unable to upgrade connection: container not found ("postgres")',
      code: 500,
    })
    const [, response] = (await once(
      admin.webSocket(`${EXEC}&command=gone`, ['v4.channel.k8s.io']),
      'unexpected-response',
    )) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(500)
  })

  test.each([
    ['forbidden', 'db-1', 'container=postgres&command=sh&stdout=true', 'petra', 403],
    ['another container', 'db-1', 'container=x&command=sh&stdout=true', 'admin', 400],
    ['a completed pod', 'done', 'command=sh&stdout=true', 'admin', 400],
    ['no command', 'db-1', 'stdout=true', 'admin', 400],
    ['no pod', 'db-9', 'command=sh&stdout=true', 'admin', 404],
  ])('%s refuses the upgrade', async (_what, pod, query, user, status) => {
    server.users.add('petra', { rights: [] })
    const client = rawClient(server, user)
    const webSocket = client.webSocket(`${PODS}/${pod}/exec?${query}`, ['v5.channel.k8s.io'])
    const [, response] = (await once(webSocket, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(status)
    client.close()
  })
})

describe('port-forward', () => {
  test('bytes go both ways, behind the number of the port', async () => {
    const webSocket = admin.webSocket(`${PODS}/db-1/portforward?ports=5432`, ['v4.channel.k8s.io'])
    const { channels, closed } = collect(webSocket)
    await once(webSocket, 'open')
    const data = Buffer.alloc(200_000, 'xyz')
    webSocket.send(frame(0, data))
    while ((channels.get(0)?.length ?? 0) < data.length + 2) await once(webSocket, 'message')
    expect(channels.get(0)?.readUInt16LE(0)).toBe(5432)
    expect(channels.get(1)?.readUInt16LE(0)).toBe(5432)
    expect(channels.get(0)?.subarray(2).equals(data)).toBe(true)
    webSocket.close()
    await closed
  })

  test('a port nobody listens on is an error on its own channel', async () => {
    const webSocket = admin.webSocket(`${PODS}/db-1/portforward?ports=1`, ['v4.channel.k8s.io'])
    const { channels, closed } = collect(webSocket)
    while ((channels.get(1)?.length ?? 0) <= 2) await once(webSocket, 'message')
    expect(String(channels.get(1)?.subarray(2))).toContain('error forwarding port 1 to pod db-1')
    webSocket.close()
    await closed
  })
})
