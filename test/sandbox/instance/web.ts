import { gzipSync } from 'node:zlib'
import type { PostgresServer } from '../postgres/server.ts'
import { ConnectionFailure } from '../types.ts'
import type { PodHttpRequest, PodHttpResponse } from '../types.ts'
import { metricsPort, statusPort } from './faults.ts'
import { instanceStatus } from './status.ts'
import type { ManagerState } from './status.ts'
import { metrics } from './metrics.ts'

/** Answers as the manager's two web servers do (spec/wire-formats.md A.1 to A.4). */
export async function managerResponse(
  server: PostgresServer,
  manager: ManagerState,
  address: string,
  request: PodHttpRequest,
): Promise<PodHttpResponse> {
  const secure = request.port === statusPort && manager.wire !== '1.15.1'
  if (request.port !== statusPort && request.port !== metricsPort) {
    throw new ConnectionFailure(`dial tcp ${address}:${request.port}: connect: connection refused`)
  }
  if (request.tls && !secure) throw new ConnectionFailure('http: server gave HTTP response to HTTPS client')
  if (!request.tls && secure) return text(400, 'Client sent an HTTP request to an HTTPS server.\n')
  const path = request.path.split('?')[0] ?? ''
  const response =
    request.port === metricsPort ? await metricsRoute(server, manager, path) : await statusRoute(server, manager, path)
  return compressed(request, response)
}

async function statusRoute(server: PostgresServer, manager: ManagerState, path: string): Promise<PodHttpResponse> {
  const modern = manager.wire !== '1.15.1'
  switch (path) {
    case '/pg/status':
      try {
        const body = await instanceStatus(server, manager)
        return { status: 200, headers: { 'content-type': 'application/json' }, body }
      } catch (error) {
        return text(500, `${(error as Error).message}\n`)
      }
    case '/healthz':
      return text(200, 'OK')
    case '/readyz':
      return manager.fenced || (await accepts(server)) ? text(200, 'OK') : text(500, 'instance is not ready yet\n')
    case '/startupz':
      if (!modern) break
      if (manager.fenced) return text(200, 'Skipped')
      return (await accepts(server)) ? text(200, 'OK') : text(500, 'startup check failed: no response\n')
    case '/failsafe':
      if (!modern) break
      return text(200, 'OK')
    // Only the operator's certificate is let in, and the API server's proxy presents none.
    case '/pg/controldata':
    case '/pg/archive/partial':
      if (!modern) break
      return text(401, 'client certificate required\n')
    case '/pg/mode/backup':
    case '/update':
      if (modern) return text(401, 'client certificate required\n')
      break
  }
  return text(404, '404 page not found\n')
}

async function metricsRoute(server: PostgresServer, manager: ManagerState, path: string): Promise<PodHttpResponse> {
  if (path !== '/metrics') return text(404, '404 page not found\n')
  const body = await metrics(server, manager)
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores' },
    body,
  }
}

async function accepts(server: PostgresServer): Promise<boolean> {
  if (!server.running) return false
  return server.query('SELECT 1').then(
    () => true,
    () => false,
  )
}

function text(status: number, body: string): PodHttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** The exporter compresses when asked to; the status server never does. */
function compressed(request: PodHttpRequest, response: PodHttpResponse): PodHttpResponse {
  const accepted = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'accept-encoding')?.[1] ?? ''
  if (request.port !== metricsPort || !accepted.includes('gzip')) return response
  return { ...response, headers: { ...response.headers, 'content-encoding': 'gzip' }, body: gzipSync(response.body) }
}
