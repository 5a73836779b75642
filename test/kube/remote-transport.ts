import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { bunExecutable } from '../../scripts/build/bun.ts'
import { CliError, type CliErrorInit } from '../../src/errors/cli-error.ts'
import type {
  Transport,
  TransportCounters,
  TransportRequest,
  TransportStream,
  TransportTarget,
} from '../../src/kube/transport.ts'

/** What the program in the other runtime is told to do; `request` names an earlier order. */
export interface Order {
  id: number
  do: 'open' | 'request' | 'stream' | 'next' | 'return' | 'closeStream' | 'abort' | 'close'
  transport: number
  request?: number
  target?: TransportTarget
  sent?: SentRequest
  reason?: SentReason
}

export interface SentRequest extends Omit<TransportRequest, 'body' | 'signal'> {
  body?: string
  /** A body of bytes, in base64. */
  bytes?: string
}

export interface SentReason {
  cli?: CliErrorInit
  name: string
  message: string
}

export interface Reply {
  id: number
  value?: unknown
  /** `isReason`: it was the very object that the signal had been aborted with. */
  failure?: { kind?: CliErrorInit['kind']; message: string; hint?: string; isReason?: boolean }
  counters?: TransportCounters | undefined
}

/** Bun with programs/transport-program.ts in it, bundled as the real one is. */
export interface RemoteRuntime {
  open(target: TransportTarget): Promise<Transport>
  stop(): Promise<void>
}

/** Starts it; it opens the transport that the program would choose there. */
export async function startBun(): Promise<RemoteRuntime> {
  const folder = await mkdtemp(join(tmpdir(), 'transport-test-'))
  const outfile = join(folder, 'program.mjs')
  const entry = join(import.meta.dirname, 'programs', 'transport-program.ts')
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' })
  const child = spawn(bunExecutable(), ['--experimental-http2-fetch', outfile], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // As a machine behind a proxy has it; the transport was opened by somebody who knows better.
    env: { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' },
  })
  const remote = new Remote(child)
  return {
    open: (target) => remote.open(target),
    async stop() {
      child.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

class Remote {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, (reply: Reply) => void>()
  #lastId = 0

  constructor(child: ChildProcess) {
    this.#child = child
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const reply = JSON.parse(line) as Reply
      this.#pending.get(reply.id)?.(reply)
      this.#pending.delete(reply.id)
    })
    child.on('exit', (code) => {
      for (const settle of this.#pending.values())
        settle({ id: 0, failure: { message: `the program ended with ${code}` } })
    })
  }

  async open(target: TransportTarget): Promise<Transport> {
    const counters = target.counters ?? { requests: 0, connections: 0, bytesIn: 0, bytesOut: 0 }
    const transport = ++this.#lastId
    const tell = async <T>(order: Omit<Order, 'id' | 'transport'>, signal?: AbortSignal): Promise<[T, number]> => {
      const id = ++this.#lastId
      const abort = (): void => void tell({ do: 'abort', request: id, reason: reasonOf(signal!) })
      const reason = signal?.aborted === true ? { reason: reasonOf(signal) } : {}
      signal?.addEventListener('abort', abort, { once: true })
      const reply = await this.#send({ id, transport, ...order, ...reason })
      // NaN is null in JSON.
      if (reply.counters) Object.assign(counters, reply.counters)
      if (reply.failure !== undefined) throw errorOf(reply.failure, signal)
      return [reply.value as T, id]
    }
    await tell({ do: 'open', target: { ...target, counters, tls: textOf(target.tls) } })
    return {
      counters,
      multiplexed: true,
      async request(request) {
        type Sent = { status: number; headers: Record<string, string>; body: string }
        const [answer] = await tell<Sent>({ do: 'request', sent: sentOf(request) }, request.signal)
        return { ...answer, body: Buffer.from(answer.body, 'base64') }
      },
      async stream(request) {
        type Sent = Pick<TransportStream, 'status' | 'headers'>
        const [head, id] = await tell<Sent>({ do: 'stream', sent: sentOf(request) }, request.signal)
        const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
          const asked = tell<{ chunk?: string }>({ do: 'next', request: id })
          const [{ chunk }] = await asked.catch((error: unknown) => {
            throw isReason(error) ? request.signal?.reason : error
          })
          return chunk === undefined
            ? { done: true, value: undefined }
            : { done: false, value: Buffer.from(chunk, 'base64') }
        }
        const end = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
          await tell({ do: 'return', request: id })
          return { done: true, value: undefined }
        }
        return {
          ...head,
          body: { [Symbol.asyncIterator]: () => ({ next, return: end }) },
          close: () => void tell({ do: 'closeStream', request: id }),
        }
      },
      close: () => void tell({ do: 'close' }),
    }
  }

  #send(order: Order): Promise<Reply> {
    return new Promise((resolve) => {
      this.#pending.set(order.id, resolve)
      this.#child.stdin!.write(`${JSON.stringify(order)}\n`)
    })
  }
}

function textOf(tls: TransportTarget['tls']): TransportTarget['tls'] {
  const text = (pem: string | Buffer | undefined) => (pem === undefined ? undefined : pem.toString())
  return JSON.parse(
    JSON.stringify({ ...tls, ca: text(tls.ca), cert: text(tls.cert), key: text(tls.key) }),
  ) as typeof tls
}

function sentOf({ body, signal: _signal, ...rest }: TransportRequest): SentRequest {
  if (body === undefined) return rest
  return typeof body === 'string' ? { ...rest, body } : { ...rest, bytes: Buffer.from(body).toString('base64') }
}

function reasonOf({ reason }: AbortSignal): SentReason {
  const { name, message } = reason as Error
  if (!(reason instanceof CliError)) return { name, message }
  const { kind, hint } = reason
  return { name, message, cli: { kind, message, ...(hint === undefined ? {} : { hint }) } }
}

const REASON = Symbol('reason')

function errorOf(failure: NonNullable<Reply['failure']>, signal: AbortSignal | undefined): unknown {
  const { kind, message, hint, isReason: same } = failure
  if (same === true && signal !== undefined) return signal.reason
  if (kind === undefined) return new Error(message)
  const error = new CliError({ kind, message, ...(hint === undefined ? {} : { hint }) })
  return same === true ? Object.assign(error, { [REASON]: true }) : error
}

function isReason(error: unknown): boolean {
  return error instanceof CliError && REASON in error
}
