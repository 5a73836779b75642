import { once } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CliError } from '../../src/errors/cli-error.ts'
import { exec } from '../../src/kube/exec.ts'
import { KeepAlive } from '../../src/kube/keep-alive.ts'
import { openPort } from '../../src/kube/port-forward.ts'
import { startChannelServer } from './channel-server.ts'

const PING_EVERY_MS = 15_000
const pod = { namespace: 'shop', pod: 'shop-db-1' }
const GONE = /was lost: nothing came back for 45 s/

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

/** Lets the time of so many pings pass, with what comes back in between. */
async function pings(count: number): Promise<void> {
  for (let ping = 0; ping < count; ping++) {
    vi.advanceTimersByTime(PING_EVERY_MS)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function psql(session: Parameters<typeof exec>[0], stdin?: AsyncIterable<Uint8Array>) {
  let text = ''
  const stdout = { write: async (chunk: Uint8Array) => void (text += Buffer.from(chunk).toString()) }
  const request = { ...pod, container: 'postgres', command: ['psql'], stdout, stderr: stdout }
  const outcome = exec(session, { ...request, ...(stdin === undefined ? {} : { stdin }) }).then(
    ({ exitCode }) => ({ exitCode, error: undefined, text }),
    (error: unknown) => ({ exitCode: undefined, error: error as CliError, text }),
  )
  return { outcome, seen: () => text }
}

test('an exec whose server falls silent ends with an error, after what came before', async () => {
  const { session } = await startChannelServer({
    async serve(channels) {
      channels.socket.pause()
      await channels.send(1, 'one\n')
    },
  })
  const { outcome, seen } = psql(session)
  await expect.poll(seen).toBe('one\n')
  await pings(6)
  const { error, text } = await outcome
  expect({ kind: error?.kind, text }).toEqual({ kind: 'unreachable', text: 'one\n' })
  expect(error?.message).toMatch(GONE)
  expect(error?.hint).toBe('Whether the command went on in the container is not known.')
})

test('a long quiet command is left alone', async () => {
  let finish = (): void => undefined
  const { session } = await startChannelServer({
    async serve(channels) {
      await new Promise<void>((resolve) => (finish = resolve))
      await channels.status({ status: 'Success' })
    },
  })
  const { outcome } = psql(session)
  await expect.poll(() => vi.getTimerCount()).toBeGreaterThan(0)
  await pings(20)
  finish()
  expect(await outcome).toMatchObject({ exitCode: 0 })
})

test('a command that takes no input for long is left alone, as its server reads no pings either', async () => {
  let readOn = (): void => undefined
  let read = 0
  const { session } = await startChannelServer({
    async serve(channels) {
      channels.socket.pause()
      await new Promise<void>((resolve) => (readOn = resolve))
      for await (const chunk of channels.input(0)) read += chunk.length
      await channels.status({ status: 'Success' })
    },
  })
  async function* dump(): AsyncGenerator<Uint8Array> {
    for (let piece = 0; piece < 4; piece++) yield Buffer.alloc(16 * 1024)
  }
  const { outcome } = psql(session, dump())
  await expect.poll(() => session.counters.bytesOut).toBeGreaterThan(64 * 1024)
  await pings(20)
  readOn()
  expect(await outcome).toMatchObject({ exitCode: 0 })
  expect(read).toBe(64 * 1024)
})

test('a port whose server falls silent fails its stream', async () => {
  const { session } = await startChannelServer({ serve: (channels) => channels.socket.pause() })
  const stream = await openPort(session, { ...pod, port: 5432 })
  stream.resume()
  const failed = once(stream, 'error')
  await pings(6)
  expect(((await failed) as [CliError])[0].message).toMatch(GONE)
})

/** A peer without a network; it says which pings it got. */
function peer() {
  const state = { pings: [] as string[], sending: false, paused: false, gone: false }
  const keepAlive = new KeepAlive({
    ping: (payload) => void state.pings.push(payload),
    sending: () => state.sending,
    paused: () => state.paused,
    gone: () => (state.gone = true),
  })
  keepAlive.start()
  const pass = (count: number): void => void vi.advanceTimersByTime(count * PING_EVERY_MS)
  return { state, keepAlive, pass }
}

test('three pings may stay unanswered; any sign of life starts the count anew', () => {
  const { state, keepAlive, pass } = peer()
  pass(2)
  keepAlive.heard()
  pass(3)
  expect(state).toMatchObject({ gone: false, pings: Array(6).fill('0') })
  pass(1)
  expect(state.gone).toBe(true)
  pass(5)
  expect(state.pings).toHaveLength(6)
})

test('what was read is known from the pong, and a pong of nonsense tells nothing', () => {
  const { state, keepAlive, pass } = peer()
  keepAlive.sent(100_000)
  for (const payload of ['', 'x', '-1', '1e9', 'Infinity']) keepAlive.answered(payload)
  pass(10)
  expect(state.gone).toBe(false)
  keepAlive.answered(state.pings.at(-1) ?? '')
  keepAlive.sent(3)
  pass(4)
  expect(state.gone).toBe(true)
})

test.each(['sending', 'paused'] as const)('while we are %s, silence means nothing', (why) => {
  const { state, pass } = peer()
  state[why] = true
  pass(10)
  expect(state.gone).toBe(false)
  state[why] = false
  pass(4)
  expect(state.gone).toBe(true)
})
