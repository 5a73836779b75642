/*
 * Transports for tests in another runtime: takes orders as lines of JSON on stdin and answers each on stdout. See ../remote-transport.ts.
 */
import { createInterface } from 'node:readline'
import { CliError } from '../../../src/errors/cli-error.ts'
import { openTransport } from '../../../src/kube/open-transport.ts'
import type { Transport, TransportRequest } from '../../../src/kube/transport.ts'
import type { Order, Reply, SentReason, SentRequest } from '../remote-transport.ts'

const transports = new Map<number, Transport>()
const bodies = new Map<number, { iterator: AsyncIterator<Uint8Array>; close: () => void }>()
const aborts = new Map<number, AbortController>()

for await (const line of createInterface({ input: process.stdin })) void obey(JSON.parse(line) as Order)

async function obey(order: Order): Promise<void> {
  let outcome: Omit<Reply, 'id' | 'counters'>
  try {
    outcome = { value: await perform(order) }
  } catch (error) {
    outcome = { failure: failureOf(error, aborts.get(order.request ?? order.id)?.signal) }
  }
  const { counters } = transports.get(order.transport) ?? {}
  process.stdout.write(`${JSON.stringify({ id: order.id, counters, ...outcome } satisfies Reply)}\n`)
}

async function perform(order: Order): Promise<unknown> {
  const transport = (): Transport => transports.get(order.transport)!
  switch (order.do) {
    case 'open':
      return void transports.set(order.transport, await openTransport(order.target!))
    case 'request': {
      const { status, headers, body } = await transport().request(requestOf(order))
      return { status, headers, body: Buffer.from(body).toString('base64') }
    }
    case 'stream': {
      const stream = await transport().stream(requestOf(order))
      bodies.set(order.id, { iterator: stream.body[Symbol.asyncIterator](), close: () => stream.close() })
      return { status: stream.status, headers: stream.headers }
    }
    case 'next': {
      const next = await bodies.get(order.request!)!.iterator.next()
      return next.done === true ? {} : { chunk: Buffer.from(next.value).toString('base64') }
    }
    case 'return':
      return void (await bodies.get(order.request!)?.iterator.return?.())
    case 'closeStream':
      return bodies.get(order.request!)?.close()
    case 'abort':
      return aborts.get(order.request!)?.abort(reasonOf(order.reason!))
    case 'close':
      return transport().close()
  }
}

function requestOf({ id, sent, reason }: Order): TransportRequest {
  const { body, bytes, ...rest } = sent as SentRequest
  const abort = new AbortController()
  aborts.set(id, abort)
  if (reason !== undefined) abort.abort(reasonOf(reason))
  return {
    ...rest,
    ...(body === undefined ? {} : { body }),
    ...(bytes === undefined ? {} : { body: Buffer.from(bytes, 'base64') }),
    signal: abort.signal,
  }
}

function reasonOf({ cli, name, message }: SentReason): Error {
  return cli === undefined ? Object.assign(new Error(message), { name }) : new CliError(cli)
}

function failureOf(error: unknown, signal: AbortSignal | undefined): NonNullable<Reply['failure']> {
  if (!(error instanceof CliError)) return { message: `not a CliError: ${String(error)}` }
  const { kind, message, hint } = error
  return { kind, message, ...(hint === undefined ? {} : { hint }), isReason: error === signal?.reason }
}
