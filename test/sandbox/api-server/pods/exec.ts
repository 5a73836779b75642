import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { ConnectionFailure } from '../../types.ts'
import type { ExecRequest, PodBackend } from '../../types.ts'
import type { Exchange } from '../exchange.ts'
import { isTrue } from '../request-info.ts'
import { ApiError, badRequest, internal } from '../status.ts'
import { containerOf } from './backends.ts'
import type { Backends } from './backends.ts'
import { ByteQueue } from './byte-queue.ts'
import { execOverSpdy } from './spdy-exec.ts'
import { acceptSpdy, acceptWebSocket, choose, wantsSpdy } from './upgrade.ts'

const V5 = 'v5.channel.k8s.io'
const V4 = 'v4.channel.k8s.io'
const STDIN = 0
const STDOUT = 1
const STDERR = 2
const STATUS = 3
const RESIZE = 4
/** First byte of a v5 message that says: no more will come on the channel of the second byte. */
const CLOSE = 255
/** Bytes waiting to be sent from which the command is held back. */
const HIGH_WATER = 1024 * 1024

export interface ExecOptions {
  container: string
  command: string[]
  /** Those of stdin, stdout and stderr that the client wants. */
  streams: string[]
  tty: boolean
  backend: PodBackend
}

/** What a query of `pods/exec` asks for; throws the 400s of Kubernetes. */
function execOptions(exchange: Exchange, backends: Backends): ExecOptions {
  const { query, info } = exchange
  const pod = backends.pod(info.namespace, info.name)
  const command = query.getAll('command')
  if (command.length === 0) throw badRequest('you must specify at least 1 command for the container')
  const streams = ['stdin', 'stdout', 'stderr'].filter((name) => isTrue(query.get(name)))
  if (streams.length === 0) throw badRequest('you must specify at least 1 of stdin, stdout, stderr')
  const container = containerOf(pod, query.get('container') || undefined)
  const phase = pod.status?.phase ?? ''
  if (phase === 'Succeeded' || phase === 'Failed')
    throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`)
  if (!pod.spec.nodeName) throw badRequest(`pod ${info.name} does not have a host assigned`)
  return { container, command, streams, tty: isTrue(query.get('tty')), backend: backends.backend(pod) }
}

/** Runs a command: over a WebSocket with Kubernetes' channels (v5, v4), or over SPDY for clients up to 1.29. */
export async function execInPod(exchange: Exchange, backends: Backends, socket: Duplex, head: Buffer): Promise<void> {
  const options = execOptions(exchange, backends)
  if (!wantsSpdy(exchange)) return execOverWebSocket(exchange, options, socket, head)
  acceptSpdy(exchange, socket, head, choose(exchange, 'x-stream-protocol-version', [V4]))
  return execOverSpdy(socket, options)
}

async function execOverWebSocket(
  exchange: Exchange,
  options: ExecOptions,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const protocol = choose(exchange, 'sec-websocket-protocol', [V5, V4])

  const ended = new AbortController()
  const stdin = new ByteQueue()
  const resizes: ((size: { columns: number; rows: number }) => void)[] = []
  let send: (channel: number, data: Uint8Array) => Promise<void> = () => Promise.resolve()
  let connected: () => void = () => undefined
  const open = new Promise<void>((resolve) => (connected = resolve))
  const output = (channel: number) => async (chunk: Uint8Array) => {
    await open
    await send(channel, chunk)
  }
  const run = options.backend.exec({
    container: options.container,
    command: options.command,
    tty: options.tty,
    stdin: options.streams.includes('stdin') ? stdin : undefined,
    stdout: output(STDOUT),
    stderr: output(options.tty ? STDOUT : STDERR),
    onResize: (callback) => resizes.push(callback),
    signal: ended.signal,
  } satisfies ExecRequest)
  // v5 is translated by the API server, which accepts first and reports a missing container on the status channel;
  // v4 goes to the kubelet, which refuses the upgrade.
  const outcome = run.then(statusOf, failureOf)
  if (protocol !== V5) {
    const early = await Promise.race([run.then(() => undefined, asConnectionFailure), soon()])
    if (early !== undefined) throw new ApiError(early.status, 'InternalError', early.message)
  }

  const webSocket = await acceptWebSocket(exchange, socket, head, protocol)
  send = (channel, data) => sendMessage(exchange, webSocket, channel, data)
  webSocket.on('close', () => {
    stdin.end()
    ended.abort()
  })
  webSocket.on('message', (data) => {
    const bytes = data as Buffer
    const [channel, second] = bytes
    if (channel === STDIN) stdin.push(bytes.subarray(1))
    if (channel === RESIZE) resize(resizes, bytes.subarray(1))
    if (protocol === V5 && channel === CLOSE && second === STDIN) stdin.end()
  })
  // Empty messages on the output channels tell a client that the streams are there.
  for (const channel of [STDOUT, STDERR]) if (channel !== STDERR || !options.tty) await send(channel, new Uint8Array())
  connected()
  const status = await outcome
  await send(STATUS, Buffer.from(JSON.stringify(status)))
  webSocket.close(1000)
}

async function sendMessage(exchange: Exchange, webSocket: WebSocket, channel: number, data: Uint8Array): Promise<void> {
  if (webSocket.readyState !== webSocket.OPEN) return
  exchange.record.bytes += data.length
  const sent = new Promise<void>((resolve) => {
    webSocket.send(Buffer.concat([Buffer.from([channel]), data]), () => resolve())
  })
  if (webSocket.bufferedAmount > HIGH_WATER) await sent
}

function resize(callbacks: readonly ((size: { columns: number; rows: number }) => void)[], data: Buffer): void {
  const size = JSON.parse(data.toString('utf8')) as { Width: number; Height: number }
  for (const callback of callbacks) callback({ columns: size.Width, rows: size.Height })
}

/** The status of a command that ended: success, or its exit code as a cause. */
export function statusOf(exitCode: number): unknown {
  if (exitCode === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}

/** The status of a command that could not be run. */
export function failureOf(error: unknown): unknown {
  return internal(error instanceof Error ? error.message : String(error)).body()
}

function asConnectionFailure(error: unknown): ConnectionFailure | undefined {
  return error instanceof ConnectionFailure ? error : undefined
}

/** A moment in which a backend can say that it has no such container. */
async function soon(): Promise<undefined> {
  await new Promise((resolve) => setTimeout(resolve, 5))
  return undefined
}
