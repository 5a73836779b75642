import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { CliError } from '../../src/errors/cli-error.ts'
import { openPort } from '../../src/kube/port-forward.ts'
import { type ChannelServer, type ServerChannels, type ServerOptions, startChannelServer } from './channel-server.ts'

const PORT = 5432
const target = { namespace: 'shop', pod: 'shop-db-1', port: PORT }

/** A kubelet names the port on both channels first, in little endian. */
async function greet(channels: ServerChannels): Promise<void> {
  const port = Buffer.from([PORT & 255, PORT >> 8])
  await channels.send(0, port)
  await channels.send(1, port)
}

async function start(
  serve: (channels: ServerChannels) => Promise<void>,
  more: ServerOptions = {},
): Promise<ChannelServer> {
  return startChannelServer({
    protocols: ['v4.channel.k8s.io'],
    serve: async (channels) => {
      await greet(channels)
      await serve(channels)
    },
    ...more,
  })
}

async function failureOf(stream: Duplex): Promise<CliError> {
  const [error] = (await once(stream, 'error')) as [CliError]
  return error
}

test('carries bytes both ways until the server closes', async () => {
  const { session, requests } = await start(async (channels) => {
    for await (const chunk of channels.input(0)) {
      await channels.send(0, `you said ${chunk.toString()}`)
      channels.socket.close(1000)
    }
  })
  const stream = await openPort(session, target)
  stream.write('hello')
  expect(await text(stream)).toBe('you said hello')
  expect(requests[0]?.url).toBe('/api/v1/namespaces/shop/pods/shop-db-1/portforward?ports=5432')
})

test('carries 50 MB each way, byte for byte', async () => {
  const { session } = await start(async (channels) => {
    let size = 0
    for await (const chunk of channels.input(0)) {
      await channels.send(0, chunk)
      size += chunk.length
      if (size === 50 << 20) break
    }
    channels.socket.close(1000)
  })
  const stream = await openPort(session, target)
  const send = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) {
      if (!stream.write(Buffer.alloc(1 << 20, i))) await once(stream, 'drain')
    }
  }
  const [echoed] = await Promise.all([buffer(stream), send()])
  expect(echoed.length).toBe(50 << 20)
  expect([0, 1, 49].map((i) => echoed[i * (1 << 20) + 17])).toEqual([0, 1, 49])
})

test('a reader that stops brakes the server, a server that stops brakes the writer', async () => {
  let sent = 0
  const { session } = await start(async (channels) => {
    channels.socket.pause()
    for (; sent < 2000; sent++) await channels.send(0, Buffer.alloc(1 << 16))
  })
  const stream = await openPort(session, target)
  stream.on('error', () => undefined)
  let written = 0
  while (stream.write(Buffer.alloc(1 << 16)) || (await Promise.race([once(stream, 'drain'), late()]))) {
    if (++written === 2000) break
  }
  expect(written).toBeLessThan(500)
  expect(sent).toBeLessThan(500)
  stream.destroy()
})

async function late(): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), 500))
}

test('what the error channel says fails the stream', async () => {
  const { session } = await start(async (channels) => {
    await channels.send(
      1,
      'error forwarding port 5432 to pod abc, uid : dial tcp4 127.0.0.1:5432: connect: connection refused',
    )
    channels.socket.close(1000)
  })
  const stream = await openPort(session, target)
  stream.resume()
  const error = await failureOf(stream)
  expect(error.kind).toBe('unreachable')
  expect(error.message).toMatch(/port 5432 of pod shop-db-1.*connection refused/)
})

test('a connection that drops fails the stream instead of ending it', async () => {
  const { session } = await start(async (channels) => {
    await channels.send(0, 'half')
    channels.socket.terminate()
  })
  const stream = await openPort(session, target)
  stream.resume()
  expect((await failureOf(stream)).kind).toBe('unreachable')
})

test('ending the stream ends the connection after what was written', async () => {
  let received: string | undefined
  const { session } = await start(async (channels) => {
    let all = ''
    for await (const chunk of channels.input(0)) all += chunk.toString()
    received = all
  })
  const stream = await openPort(session, target)
  stream.end('goodbye')
  stream.resume()
  await once(stream, 'close')
  await expect.poll(() => received).toBe('goodbye')
})

test('the signal destroys an open stream', async () => {
  const { session } = await start(async () => undefined)
  const stop = new AbortController()
  const stream = await openPort(session, { ...target, signal: stop.signal })
  const failed = failureOf(stream)
  stop.abort()
  expect((await failed).name).toBe('AbortError')
})

test('a refusal names the missing rule', async () => {
  const body = JSON.stringify({
    kind: 'Status',
    code: 403,
    reason: 'Forbidden',
    message: 'pods "shop-db-1" is forbidden',
  })
  const { session } = await start(async () => undefined, { refuse: () => ({ status: 403, body }) })
  const error = await openPort(session, target).then(
    () => undefined,
    (reason: unknown) => reason as CliError,
  )
  expect(error).toMatchObject({ kind: 'forbidden', message: 'pods "shop-db-1" is forbidden' })
  expect(error?.hint).toContain('pods/portforward')
})
