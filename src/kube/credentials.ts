import { readFile } from 'node:fs/promises'
import type { Agent } from 'node:http'
import type { RequestOptions } from 'node:https'
import type { Authenticator } from '@kubernetes/client-node/dist/auth.js'
import { CliError } from '../errors/cli-error.ts'
import type { Host } from '../host/types.ts'
import type { PluginCluster, PluginCredential } from './exec-plugin.ts'
import { impersonationHeaders } from './impersonation.ts'
import type { ChosenConnection } from './kubeconfig.ts'
import { serverUrl } from './server-url.ts'
import type { TlsOptions } from './transport.ts'

/** Everything that a connection and its requests need to be let in. */
export interface Credentials {
  url: string
  tls: TlsOptions
  /** Authorization and Impersonate-*. */
  headers: Record<string, string | string[]>
  /** Keep-alive agent of the proxy, when there is one. */
  agent?: Agent
  proxy?: string
  /** When to resolve them again, milliseconds since 1970. */
  expiresAt?: number
  /** True when asking again could give something new (plugin, token file). */
  renewable: boolean
}

/** A token file is read again after this time, in milliseconds, as in client-go: its writer rotates it. */
const TOKEN_FILE_PERIOD_MS = 60_000

/**
 * Turns the chosen kubeconfig entries into {@link Credentials} with client-node's KubeConfig, whose gaps are closed
 * around it: files are read here (data wins over file), plugin and OIDC are ours, proxies also come from the
 * environment. Over plain http nothing secret is sent, as in kubectl. Throws CliError `config`.
 */
export async function resolveCredentials(
  chosen: ChosenConnection,
  host: Host,
  signal: AbortSignal,
): Promise<Credentials> {
  const server = serverUrl(chosen.cluster.server)
  const secure = server.protocol === 'https:'
  const user = secure ? chosen.user : {}
  const caData = secure
    ? await material(chosen.cluster.caData, chosen.cluster.caFile, 'certificate authority')
    : undefined
  const certData = await material(user.certData, user.certFile, 'client certificate')
  const keyData = await material(user.keyData, user.keyFile, 'client key')
  const token = await bearerToken(user.token, user.tokenFile)
  const hasHeader = token !== undefined || user.username !== undefined || user.password !== undefined
  const proxy = checkedProxy(chosen.cluster.proxyUrl ?? (await environmentProxy(server, host.env)))

  let plugin: PluginCredential | undefined
  const authenticators: Authenticator[] = []
  if (user.exec && !hasHeader) {
    const { exec } = user
    const info = pluginCluster(chosen, server, caData, proxy)
    authenticators.push({
      isAuthProvider: (entry) => Boolean(entry.exec),
      applyAuthentication: async (_entry, target) => {
        const { runExecPlugin } = await import('./exec-plugin.ts')
        plugin = await runExecPlugin(exec, info, host, signal)
        if (plugin.certificate !== undefined) Object.assign(target, { cert: plugin.certificate, key: plugin.key })
        if (plugin.token !== undefined) Object.assign(target.headers ?? {}, { Authorization: `Bearer ${plugin.token}` })
      },
    })
  }
  if (user.authProvider?.name === 'oidc' && !hasHeader) {
    const { authProvider } = user
    authenticators.push({
      isAuthProvider: (entry) => Boolean(entry.authProvider),
      applyAuthentication: async (_entry, target) => {
        const { oidcToken } = await import('./oidc.ts')
        const idToken = await oidcToken(authProvider, host, signal)
        Object.assign(target.headers ?? {}, { Authorization: `Bearer ${idToken}` })
      },
    })
  }

  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js')
  const config = new KubeConfig()
  // Without a proxy the transport has its own way to connect; an agent would cost the loading of node:https.
  Object.assign(config, { authenticators, ...(proxy === undefined ? { createAgent: () => undefined } : {}) })
  config.loadFromOptions({
    clusters: [
      {
        name: 'cluster',
        server: secure ? 'https://server' : 'http://server',
        caData,
        tlsServerName: chosen.cluster.tlsServerName,
        // client-node refuses plain http without this.
        skipTLSVerify: !secure || chosen.cluster.skipTlsVerify === true,
        proxyUrl: proxy?.replace(/^socks5:/i, 'socks5h:'),
      },
    ],
    users: [{ name: 'user', certData, keyData, token, exec: user.exec, authProvider: user.authProvider }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
    currentContext: 'context',
  })
  const options: RequestOptions & { headers: Record<string, string> } = { headers: {} }
  await config.applyToHTTPSOptions(options)
  signal.throwIfAborted()
  const readAgainAt = user.tokenFile === undefined ? undefined : host.clock.now().getTime() + TOKEN_FILE_PERIOD_MS
  const expiresAt = plugin?.expiresAt ?? readAgainAt

  return {
    url: `${server.protocol}//${server.host}${server.pathname.replace(/\/+$/, '')}`,
    tls: {
      ...(options.ca === undefined ? {} : { ca: options.ca as Buffer }),
      ...(options.cert === undefined ? {} : { cert: options.cert as Buffer | string }),
      ...(options.key === undefined ? {} : { key: options.key as Buffer | string }),
      ...(options.servername ? { servername: options.servername } : {}),
      rejectUnauthorized: !chosen.cluster.skipTlsVerify,
    },
    headers: {
      ...options.headers,
      ...basicHeader(user.username, user.password),
      ...impersonationHeaders(chosen.user),
    },
    ...(proxy === undefined ? {} : { proxy: withoutSecrets(proxy), agent: keptAlive(options.agent as Agent) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    renewable: plugin !== undefined || user.tokenFile !== undefined,
  }
}

/** The rules take node:net, which is not worth loading when no variable is set. */
async function environmentProxy(server: URL, env: Host['env']): Promise<string | undefined> {
  if (!(env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy)) return undefined
  const { proxyFromEnvironment } = await import('./proxy-environment.ts')
  return proxyFromEnvironment(server, env)
}

function basicHeader(username: string | undefined, password: string | undefined): Record<string, string> {
  if (username === undefined && password === undefined) return {}
  return { Authorization: `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`, 'utf8').toString('base64')}` }
}

/** The token file wins while it can be read; without a token beside it, it must be readable. */
async function bearerToken(token: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return token
  try {
    return (await readFile(file, 'utf8')).trim() || token
  } catch (error) {
    if (token !== undefined) return token
    throw unreadable('token file', file, error)
  }
}

/** Base64 of PEM, from the data or the file. */
async function material(data: string | undefined, file: string | undefined, what: string): Promise<string | undefined> {
  if (data !== undefined || file === undefined) return data
  try {
    return (await readFile(file)).toString('base64')
  } catch (error) {
    throw unreadable(what, file, error)
  }
}

function unreadable(what: string, file: string, error: unknown): CliError {
  const code = (error as NodeJS.ErrnoException).code
  return new CliError({
    kind: 'config',
    message: `the ${what} ${file} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(error)})`}`,
    hint: 'The kubeconfig or a flag names this file; correct the path, or log in again to have it made.',
  })
}

function pluginCluster(
  chosen: ChosenConnection,
  server: URL,
  caData: string | undefined,
  proxy: string | undefined,
): PluginCluster {
  const { cluster } = chosen
  return {
    server: server.href.replace(/\/+$/, ''),
    ...(cluster.tlsServerName ? { 'tls-server-name': cluster.tlsServerName } : {}),
    ...(cluster.skipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(caData ? { 'certificate-authority-data': caData } : {}),
    ...(cluster.proxyUrl && proxy ? { 'proxy-url': proxy } : {}),
    ...(cluster.disableCompression ? { 'disable-compression': true } : {}),
    ...(cluster.execExtension === undefined ? {} : { config: cluster.execExtension }),
  }
}

/** client-node makes agents without keep-alive, so every request would pay for tunnel and handshake. */
function keptAlive(agent: Agent & { keepAlive?: boolean }): Agent {
  agent.keepAlive = true
  agent.maxSockets = 16
  return agent
}

/** `proxy` as it is. Throws CliError `config` when it is no URL of a kind we can use. */
function checkedProxy(proxy: string | undefined): string | undefined {
  if (proxy === undefined || (/^(https?|socks5h?):\/\/./i.test(proxy) && URL.canParse(proxy))) return proxy
  throw new CliError({
    kind: 'config',
    message: 'the proxy of the kubeconfig or of HTTPS_PROXY is not an http, https or socks5 address',
    hint: 'Write it like http://proxy.example:3128.',
  })
}

function withoutSecrets(proxy: string): string {
  const url = new URL(proxy)
  return `${url.protocol}//${url.host}`
}
