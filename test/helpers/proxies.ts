import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { listen } from '../kube/helpers.ts'

/** A proxy that ends with the test. It takes every name for this machine. */
export interface Proxy {
  port: number
  /** What it was asked to connect to, as `host:port`. */
  asked: string[]
  authorizations: (string | undefined)[]
}

/** An HTTP proxy that knows CONNECT only; `refuse` is the status it answers instead. */
export async function connectProxy(options: { refuse?: number } = {}): Promise<Proxy> {
  const proxy: Proxy = { port: 0, asked: [], authorizations: [] }
  const server = createHttpServer()
  server.on('connect', (request, client) => {
    proxy.asked.push(request.url ?? '')
    proxy.authorizations.push(request.headers['proxy-authorization'])
    if (options.refuse !== undefined) return void client.end(`HTTP/1.1 ${options.refuse} No\r\n\r\n`)
    join(client, Number(request.url?.split(':').at(-1)), 'HTTP/1.1 200 OK\r\n\r\n')
  })
  proxy.port = (await listen(server)).port
  return proxy
}

/** A SOCKS5 proxy (RFC 1928) without login, for names and IPv4 addresses. */
export async function socksProxy(): Promise<Proxy> {
  const proxy: Proxy = { port: 0, asked: [], authorizations: [] }
  const server = createServer((client: Socket) => {
    client.once('data', () => {
      client.write(Buffer.from([5, 0]))
      client.once('data', (request: Buffer) => {
        const named = request[3] === 3
        const end = named ? 5 + (request[4] ?? 0) : 8
        const host = named ? request.subarray(5, end).toString() : [...request.subarray(4, 8)].join('.')
        const port = request.readUInt16BE(end)
        proxy.asked.push(`${host}:${port}`)
        join(client, port, Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]))
      })
    })
  })
  proxy.port = (await listen(server)).port
  return proxy
}

/** Says `welcome` to the client when the server's port is reached, and passes everything on from there. */
function join(client: Duplex, port: number, welcome: string | Buffer): void {
  const upstream = connect(port, '127.0.0.1', () => {
    client.write(welcome)
    upstream.pipe(client).pipe(upstream)
  })
  upstream.on('error', () => client.destroy())
  client.on('error', () => upstream.destroy())
}
