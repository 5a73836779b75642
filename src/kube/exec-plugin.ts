import type { ChildProcess } from 'node:child_process'
import { CliError } from '../errors/cli-error.ts'
import type { Host } from '../host/types.ts'
import type { ExecPlugin } from './kubeconfig-types.ts'
import { plainText } from './plain-text.ts'

/** What a plugin gave. */
export interface PluginCredential {
  token?: string
  /** PEM; both or none. */
  certificate?: string
  key?: string
  /** Milliseconds since 1970. */
  expiresAt?: number
}

/** The cluster as a plugin sees it in KUBERNETES_EXEC_INFO, when it asks for that. */
export interface PluginCluster {
  server: string
  'tls-server-name'?: string
  'insecure-skip-tls-verify'?: boolean
  'certificate-authority-data'?: string
  'proxy-url'?: string
  'disable-compression'?: boolean
  config?: unknown
}

/** Milliseconds for a plugin that cannot ask the user, and for one that can (a login in a browser). */
const SILENT_LIMIT_MS = 60_000
const LOGIN_LIMIT_MS = 300_000

/**
 * Runs an exec credential plugin (client.authentication.k8s.io/v1 and v1beta1) and returns what it printed. Its stdin
 * is ours where it may ask, its stderr is shown to the user. Throws CliError `config`, or the signal's reason.
 */
export async function runExecPlugin(
  plugin: ExecPlugin,
  cluster: PluginCluster,
  host: Host,
  signal: AbortSignal,
): Promise<PluginCredential> {
  const interactive = plugin.interactiveMode !== 'Never' && host.stdin.isTTY
  if (plugin.interactiveMode === 'Always' && !interactive) {
    throw new CliError({
      kind: 'config',
      message: `the login plugin ${plugin.command} wants to ask something, but stdin is no terminal`,
      hint: 'Run the command in a terminal once, or use a plugin or user that needs no question.',
    })
  }
  const info = {
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: { ...(plugin.provideClusterInfo ? { cluster } : {}), interactive },
  }
  const env: Record<string, string | undefined> = { ...host.env }
  for (const { name, value } of plugin.env) env[name] = value
  env.KUBERNETES_EXEC_INFO = JSON.stringify(info)
  const limit = AbortSignal.timeout(interactive ? LOGIN_LIMIT_MS : SILENT_LIMIT_MS)
  const output = await run(plugin, env, interactive, host, AbortSignal.any([signal, limit]), signal)
  return parseCredential(output, plugin)
}

async function run(
  plugin: ExecPlugin,
  env: Record<string, string | undefined>,
  interactive: boolean,
  host: Host,
  stop: AbortSignal,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted()
  const { spawn } = await import('node:child_process')
  return new Promise<string>((resolve, reject) => {
    const child: ChildProcess = spawn(plugin.command, [...plugin.args], {
      env,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive && host.stderr.isTTY ? 'inherit' : 'pipe'],
      windowsHide: true,
      // A session of its own has no terminal. Windows would open a window for it.
      detached: host.unattended === true && host.platform !== 'win32',
    })
    const chunks: Buffer[] = []
    const end = () => {
      child.kill()
      // What the plugin has started may hold these open for as long as it likes.
      child.stdout?.destroy()
      child.stderr?.destroy()
      child.unref()
      reject(signal.aborted ? (signal.reason as Error) : tooSlow(plugin, interactive))
    }
    stop.addEventListener('abort', end, { once: true })
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => void host.stderr.write(chunk))
    child.on('error', (error) => {
      stop.removeEventListener('abort', end)
      reject(startFailure(plugin, error))
    })
    child.on('close', (code, killedBy) => {
      stop.removeEventListener('abort', end)
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'))
      else
        reject(
          failed(plugin, code === null ? `was ended by ${killedBy ?? 'a signal'}` : `ended with exit code ${code}`),
        )
    })
  })
}

function parseCredential(output: string, plugin: ExecPlugin): PluginCredential {
  let answer: { apiVersion?: unknown; kind?: unknown; status?: Record<string, unknown> | null }
  try {
    answer = JSON.parse(output) as typeof answer
  } catch {
    throw failed(plugin, 'did not print a credential as JSON')
  }
  if (answer?.kind !== 'ExecCredential') throw failed(plugin, 'did not print an ExecCredential')
  if (answer.apiVersion !== plugin.apiVersion) {
    throw failed(
      plugin,
      `answered in version ${plainText(String(answer.apiVersion), 80)} instead of ${plugin.apiVersion}`,
    )
  }
  const status = answer.status ?? {}
  const text = (name: string) => (typeof status[name] === 'string' && status[name] !== '' ? status[name] : undefined)
  const token = text('token')
  const certificate = text('clientCertificateData')
  const key = text('clientKeyData')
  if ((certificate === undefined) !== (key === undefined))
    throw failed(plugin, 'gave a client certificate or a key without the other')
  if (token === undefined && certificate === undefined)
    throw failed(plugin, 'gave neither a token nor a client certificate')
  const expiresAt = Date.parse(text('expirationTimestamp') ?? '')
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  }
}

function startFailure(plugin: ExecPlugin, error: NodeJS.ErrnoException): CliError {
  const hint = plugin.installHint
    ? plainText(plugin.installHint, 2000)
    : 'Install it, or check PATH and the `exec` section of the kubeconfig.'
  if (error.code === 'ENOENT') {
    return new CliError({
      kind: 'config',
      message: `the login plugin ${plugin.command} of the kubeconfig was not found`,
      hint,
    })
  }
  return failed(plugin, `could not be started (${error.code ?? error.message})`)
}

function tooSlow(plugin: ExecPlugin, interactive: boolean): CliError {
  const seconds = (interactive ? LOGIN_LIMIT_MS : SILENT_LIMIT_MS) / 1000
  return new CliError({
    kind: 'timeout',
    message: `the login plugin ${plugin.command} did not finish within ${seconds} s`,
    hint: 'Run it by hand to see what it waits for.',
  })
}

function failed(plugin: ExecPlugin, what: string): CliError {
  return new CliError({
    kind: 'config',
    message: `the login plugin ${plugin.command} ${what}`,
    hint: `Log in again as your provider says, or try: ${[plugin.command, ...plugin.args.slice(0, 3)].join(' ')}`,
  })
}
