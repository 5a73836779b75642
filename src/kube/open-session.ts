import { buildInfo } from '../api/build-info.ts'
import type { Host } from '../host/types.ts'
import { authenticatedTransport } from './authenticated-transport.ts'
import { ClusterSession } from './cluster-session.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { credentialSource } from './credential-source.ts'
import { resolveCredentials } from './credentials.ts'
import { chooseConnection } from './kubeconfig.ts'
import { isMultiplexed, openTransport } from './open-transport.ts'
import { loggedTransport, requestLog } from './request-log.ts'
import type { Session } from './session.ts'

/** Milliseconds for TCP and TLS: below the total deadline of a reading command, so that the better error wins. */
const CONNECT_LIMIT_MS = 8_000

export interface SessionSettings {
  /** Told of every request, one line each, made when it is called for. */
  log?: (line: () => string) => void
  /** This and the next are what tests replace. */
  connectTimeoutMs?: number
  serviceAccountDirectory?: string
}

/**
 * Opens the context that the flags and the kubeconfig choose. Credentials are resolved here, before the first request
 * (a plugin may ask the user to log in: start a deadline afterwards); no request is made. Throws CliError `config`.
 */
export async function openSession(
  options: ConnectionOptions,
  host: Host,
  settings: SessionSettings = {},
): Promise<Session> {
  const chosen = await chooseConnection(options, host, settings.serviceAccountDirectory)
  const source = credentialSource(
    () => resolveCredentials(chosen, host, host.signal),
    () => host.clock.now().getTime(),
  )
  const first = await source.current()
  const userAgent = { 'User-Agent': `kubectl-cnpg/v${buildInfo.version} (${buildInfo.commit})` }
  const log = settings.log === undefined ? undefined : requestLog(settings.log, host.clock)
  const transport = authenticatedTransport(
    source,
    async ({ url, tls, agent, proxy }, counters) => {
      const opened = await openTransport({
        url,
        tls,
        ...(agent === undefined ? {} : { agent }),
        ...(proxy === undefined ? {} : { proxy }),
        compression: !chosen.cluster.disableCompression,
        connectTimeoutMs: settings.connectTimeoutMs ?? CONNECT_LIMIT_MS,
        counters,
      })
      return log === undefined ? opened : loggedTransport(opened, log)
    },
    userAgent,
    isMultiplexed(first),
  )
  return new ClusterSession({ chosen, server: first.url, source, transport, userAgent, host, options, log })
}
