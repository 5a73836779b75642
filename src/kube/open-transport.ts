import type { Transport, TransportTarget } from './transport.ts'

/**
 * The transport for one API server: fetch in the standalone executable (Bun), node:https elsewhere and through proxies,
 * which Bun's fetch reaches by HTTP/1.1 only, or not at all (performance.md 4.1).
 */
export async function openTransport(target: TransportTarget): Promise<Transport> {
  if (!('Bun' in globalThis) || target.proxy !== undefined) return openOverHttps(target)
  const { openFetchTransport } = await import('./transport-fetch.ts')
  return openFetchTransport(target, openOverHttps)
}

async function openOverHttps(target: TransportTarget): Promise<Transport> {
  const { openHttpsTransport } = await import('./transport-https.ts')
  return openHttpsTransport(target)
}
