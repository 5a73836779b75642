import { CliError } from '../errors/cli-error.ts'
import type { ColorChoice, Host } from '../host/types.ts'
import type { ConnectionOptions } from '../kube/connection-options.ts'
import type { Session } from '../kube/session.ts'
import type { Command, Context, Invocation } from './command.ts'
import { formatDuration } from '../api/duration.ts'
import { connectionOptions } from './flags.ts'
import { createLog } from './log.ts'
import { refuseReadOnlyContext, refuseReadOnlyEnvironment } from './read-only.ts'

/** How long a command may clean up after it was told to stop. */
const GRACE_MS = 2000

/**
 * Runs a command within its total limit and returns its exit code. A signal or the end of the limit aborts the
 * context's signal; a command that has not ended soon after is left behind. Throws what the command throws, and
 * CliError of kind `timeout` or `interrupted`.
 */
export async function execute(command: Command, invocation: Invocation, host: Host): Promise<number> {
  const over = new AbortController()
  const limit = new AbortController()
  const signal = AbortSignal.any([host.signal, limit.signal])
  const timeoutMs = timeoutOf(command, invocation)
  const log = createLog(invocation.options, host)
  const connection = connectionOptions(invocation.options)
  const own = command.monitoring === 'always' ? withoutStderr(host, (text) => log.write('debug', text)) : host
  // A login plugin that nobody waits for any more is ended.
  const login = new AbortController()
  const untilOver = Object.create(own, { signal: { value: login.signal } }) as Host
  host.signal.addEventListener('abort', () => login.abort(host.signal.reason), { once: true, signal: over.signal })
  over.signal.addEventListener('abort', () => login.abort(), { once: true })
  let session: Promise<Session> | undefined
  let opened: Session | undefined
  let stopwatch = new AbortController()

  const startLimit = () => {
    if (timeoutMs === undefined) return
    stopwatch = new AbortController()
    const cancel = AbortSignal.any([over.signal, stopwatch.signal])
    void after(host, timeoutMs, cancel, () => limit.abort(tooLate(timeoutMs, opened)))
  }
  const open = async () => {
    // Logging in may mean that somebody opens a browser or looks for a token: that time is not the command's.
    stopwatch.abort()
    try {
      opened = await openSession(connection, untilOver, (line) => log.write('debug', line))
      refuseReadOnlyContext(command, invocation, opened)
      return opened
    } finally {
      startLimit()
    }
  }
  const context: Context = {
    host: own,
    connection,
    signal,
    timeoutMs,
    session: () => (session ??= open()),
    painter: (stream) => host.painter(stream, invocation.options['color'] as ColorChoice),
    log: (level, message) => log.write(level, message),
  }

  try {
    signal.throwIfAborted()
    refuseReadOnlyEnvironment(command, invocation, host.env)
    startLimit()
    const code = await Promise.race([command.run?.(invocation, context) ?? 0, abandoned(host, signal, over.signal)])
    if (opened !== undefined) log.write('debug', trafficOf(opened))
    await log.flush()
    return code
  } catch (error) {
    // What led to the error has to stand before it; a log that cannot be written is the lesser trouble now.
    await log.flush().catch(() => undefined)
    // Whatever breaks because of the abort is a consequence; its reason is what the user has to know.
    if (signal.aborted && !(error instanceof CliError)) throw signal.reason
    throw error
  } finally {
    over.abort()
    session?.then(
      (opened) => opened.close(),
      () => undefined,
    )
  }
}

/** The same without a word on stderr: monitoring systems read stdout alone, and cron mails every word. */
function withoutStderr(host: Host, tell: (text: string) => void): Host {
  const stderr: Host['stderr'] = Object.create(host.stderr, {
    write: {
      value: (data: string | Uint8Array) => {
        tell(typeof data === 'string' ? data.trimEnd() : new TextDecoder().decode(data).trimEnd())
        return Promise.resolve()
      },
    },
  }) as Host['stderr']
  return Object.create(host, { stderr: { value: stderr } }) as Host
}

function timeoutOf(command: Command, invocation: Invocation): number | undefined {
  const { ownTimeout = () => false } = command
  if (ownTimeout === true || ownTimeout(invocation.options)) return undefined
  const given = invocation.options['timeout']
  const timeoutMs = typeof given === 'number' ? given : command.defaultTimeoutMs
  return timeoutMs === 0 ? undefined : timeoutMs
}

function trafficOf({ server, counters }: Session): string {
  const { requests, connections, bytesIn } = counters
  const on = Number.isNaN(connections) ? '' : ` on ${connections} connections`
  return `${requests} requests${on} to ${server}, ${bytesIn} bytes received`
}

function tooLate(timeoutMs: number, session: Session | undefined): CliError {
  const message = `not finished after ${formatDuration(timeoutMs)}`
  if (session !== undefined && session.counters.requests > 0 && session.counters.bytesIn === 0) {
    return new CliError({
      kind: 'timeout',
      message: `${message}: the API server at ${session.server} has not answered at all`,
      hint: 'It may be overloaded or down behind its address, or a firewall drops what is sent: check the address in the kubeconfig and the VPN.',
    })
  }
  return new CliError({
    kind: 'timeout',
    message,
    hint: `Give it more time with --timeout, for example --timeout ${formatDuration(timeoutMs * 3)}.`,
  })
}

async function openSession(
  connection: ConnectionOptions,
  host: Host,
  tell: (line: () => string) => void,
): Promise<Session> {
  const kube = await import('../kube/open-session.ts')
  return kube.openSession(connection, host, { log: tell })
}

/** Never resolves; rejects with the reason of `signal` some time after it aborted. */
function abandoned(host: Host, signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = () => void after(host, GRACE_MS, over, () => reject(signal.reason as Error))
    signal.addEventListener('abort', give, { once: true, signal: over })
  })
}

async function after(host: Host, ms: number, cancel: AbortSignal, act: () => void): Promise<void> {
  try {
    await host.clock.sleep(ms, cancel)
  } catch {
    return
  }
  act()
}
