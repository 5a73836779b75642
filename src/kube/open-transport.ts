import type { Transport, TransportTarget } from './transport.ts'

/**
 * The transport for one API server: fetch in the standalone executable (Bun), node:https elsewhere and through proxies,
 * which Bun's fetch reaches by HTTP/1.1 only, or not at all (performance.md 4.1).
 */
export async function openTransport(target: TransportTarget): Promise<Transport> {
  if (!usesFetch(target)) return openOverHttps(target)
  const { openFetchTransport } = await import('./transport-fetch.ts')
  return openFetchTransport(target, openOverHttps)
}

type Way = Pick<TransportTarget, 'url' | 'proxy'>

/** What {@link Transport.multiplexed} of the transport for such a target will be. */
export function isMultiplexed(target: Way): boolean {
  return usesFetch(target) && target.url.startsWith('https:')
}

function usesFetch({ proxy }: Way): boolean {
  return 'Bun' in globalThis && proxy === undefined
}

async function openOverHttps(target: TransportTarget): Promise<Transport> {
  const { openHttpsTransport } = await import('./transport-https.ts')
  return openHttpsTransport(target)
}
