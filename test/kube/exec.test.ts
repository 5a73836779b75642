import { describe, expect, test } from 'vitest'
import type { CliError } from '../../src/errors/cli-error.ts'
import { exec, type ExecRequest, execText } from '../../src/kube/exec.ts'
import { requestLog } from '../../src/kube/request-log.ts'
import { Authority } from '../sandbox/api-server/certificates.ts'
import { sessionFor, startChannelServer as start } from './channel-server.ts'

const target = { namespace: 'shop', pod: 'shop-db-1', container: 'postgres' }

function sink(): { write(chunk: Uint8Array): Promise<void>; text(): string; size: number } {
  const chunks: Uint8Array[] = []
  return {
    size: 0,
    async write(chunk) {
      this.size += chunk.length
      chunks.push(chunk)
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}

function quiet(): Pick<ExecRequest, 'stdout' | 'stderr'> {
  return { stdout: sink(), stderr: sink() }
}

async function failure(work: Promise<unknown>): Promise<CliError> {
  return work.then(
    () => {
      throw new Error('it went well')
    },
    (error: unknown) => error as CliError,
  )
}

const forbidden = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message:
    'pods "shop-db-1" is forbidden: User "jane" cannot create resource "pods/exec" in API group "" in the namespace "shop"',
  reason: 'Forbidden',
  code: 403,
}

test('counts as a request and a connection, with the bytes of its messages, and is told of without its words', async () => {
  const { session } = await start({
    async serve(channels) {
      await channels.send(1, 'hello')
      await channels.status({ status: 'Success' })
      channels.socket.close(1000)
    },
  })
  const lines: string[] = []
  const clock = { now: () => new Date(), monotonic: () => 0, sleep: async () => undefined }
  const logged = { ...session, log: requestLog((line) => lines.push(line()), clock) }
  await exec(logged, { ...target, command: ['psql', '-c', 'secret'], ...quiet() })
  const status = Buffer.byteLength('{"status":"Success"}')
  expect(session.counters).toMatchObject({ requests: 1, connections: 1, bytesOut: 0 })
  expect(session.counters.bytesIn).toBeGreaterThanOrEqual('hello'.length + 1 + status + 1)
  expect(lines).toEqual([
    expect.stringMatching(
      /^GET \/api\/v1\/namespaces\/shop\/pods\/shop-db-1\/exec\?command&command&command&container=postgres&.* 101 0 ms \d+ bytes$/,
    ),
  ])
})

test('a refused one is told of with its status', async () => {
  const { session } = await start({ refuse: () => ({ status: 403, body: JSON.stringify(forbidden) }) })
  const lines: string[] = []
  const clock = { now: () => new Date(), monotonic: () => 0, sleep: async () => undefined }
  const logged = { ...session, log: requestLog((line) => lines.push(line()), clock) }
  await failure(exec(logged, { ...target, command: ['true'], ...quiet() }))
  expect(session.counters).toMatchObject({ requests: 1, connections: 1 })
  expect(lines).toEqual([expect.stringMatching(/ 403 0 ms 0 bytes$/)])
})

describe.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])('%s', (protocol) => {
  test('passes the command on, both outputs and the exit code back', async () => {
    const { session, requests } = await start({
      protocols: [protocol],
      async serve(channels) {
        await channels.send(1, '')
        await channels.send(1, channels.url.searchParams.getAll('command').join('|'))
        await channels.send(2, 'oh ')
        await channels.send(2, 'no')
        await channels.status({
          status: 'Failure',
          reason: 'NonZeroExitCode',
          details: { causes: [{ reason: 'ExitCode', message: '3' }] },
        })
        channels.socket.close(1000)
      },
    })
    const answer = await execText(session, { ...target, command: ['sh', '-c', 'exit 3 & "ü"'] })
    expect(answer).toEqual({ stdout: 'sh|-c|exit 3 & "ü"', stderr: 'oh no', exitCode: 3 })
    const query = new URL(requests[0]?.url ?? '', 'https://x').searchParams
    expect(Object.fromEntries(query)).toMatchObject({
      container: 'postgres',
      stdin: 'false',
      stderr: 'true',
      tty: 'false',
    })
    expect(requests[0]?.headers['x-test']).toBe('yes')
  })

  test('ends when the server leaves the connection open after the status', async () => {
    const { session } = await start({
      protocols: [protocol],
      serve: (channels) => channels.status({ status: 'Success' }),
    })
    expect(await execText(session, { ...target, command: ['true'] })).toEqual({ stdout: '', stderr: '', exitCode: 0 })
  })

  test('carries 50 MB each way', async () => {
    const block = Buffer.alloc(1 << 20, 'x')
    const { session } = await start({
      protocols: [protocol],
      async serve(channels) {
        for await (const chunk of channels.input(0)) {
          await channels.send(1, chunk)
          if (chunk.at(-1) === 10) break
        }
        await channels.status({ status: 'Success' })
      },
    })
    async function* input(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 50; i++) yield block
      yield Buffer.from('\n')
    }
    const stdout = sink()
    const answer = await exec(session, { ...target, command: ['cat'], stdin: input(), stdout, stderr: sink() })
    expect(answer.exitCode).toBe(0)
    expect(stdout.size).toBe(50 * block.length + 1)
  })
})

test('the end of stdin reaches the command where the protocol can say it', async () => {
  const { session } = await start({
    async serve(channels) {
      let size = 0
      for await (const chunk of channels.input(0)) size += chunk.length
      await channels.send(1, `${String(size)} bytes`)
      await channels.status({ status: 'Success' })
    },
  })
  expect(await execText(session, { ...target, command: ['wc', '-c'], stdin: 'hallo' })).toMatchObject({
    stdout: '5 bytes',
  })
})

test('where it cannot, the farewell is sent instead', async () => {
  const { session } = await start({
    protocols: ['v4.channel.k8s.io'],
    async serve(channels) {
      let text = ''
      for await (const chunk of channels.input(0)) {
        text += chunk.toString()
        if (text.endsWith('\\q\n')) break
      }
      await channels.send(1, text)
      await channels.status({ status: 'Success' })
    },
  })
  const answer = await execText(session, {
    ...target,
    command: ['psql'],
    stdin: 'SELECT 1;\n',
    endOfInput: Buffer.from('\\q\n'),
  })
  expect(answer.stdout).toBe('SELECT 1;\n\\q\n')
})

test('a command that ends before it read its input gives its own exit code', async () => {
  const { session } = await start({
    async serve(channels) {
      await channels.status({
        status: 'Failure',
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: '7' }] },
      })
      channels.socket.terminate()
    },
  })
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(1 << 16)
  }
  expect(await exec(session, { ...target, command: ['head', '-c1'], stdin: endless(), ...quiet() })).toEqual({
    exitCode: 7,
  })
})

test('a slow reader brakes the server, a slow command brakes the input', async () => {
  let sent = 0
  let given = 0
  const { session } = await start({
    async serve(channels) {
      // Nothing is read from stdin: the pump has to stop by itself.
      channels.socket.pause()
      for (; sent < 2000; sent++) await channels.send(1, Buffer.alloc(1 << 16))
    },
  })
  async function* input(): AsyncGenerator<Uint8Array> {
    for (; given < 2000; given++) yield Buffer.alloc(1 << 16)
  }
  const stop = new AbortController()
  let release = (): void => undefined
  const blocked = new Promise<void>((resolve) => {
    release = resolve
  })
  const work = exec(session, {
    ...target,
    command: ['x'],
    stdin: input(),
    stdout: { write: () => blocked },
    stderr: sink(),
    signal: stop.signal,
  })
  const outcome = failure(work)
  // Both sides come to rest far below the 125 MB they have.
  let before = [-1, -1]
  while (before[0] !== sent || before[1] !== given || sent === 0) {
    before = [sent, given]
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  expect(sent).toBeLessThan(500)
  expect(given).toBeLessThan(500)
  stop.abort(new Error('enough'))
  release()
  await outcome
})

test('the size of the terminal is sent at the start and at every change', async () => {
  const { session } = await start({
    async serve(channels) {
      let seen = ''
      for await (const chunk of channels.input(4)) {
        seen += chunk.toString()
        await channels.send(1, '.')
        if (seen.split('}').length > 2) break
      }
      await channels.send(1, seen)
      await channels.status({ status: 'Success' })
    },
  })
  let changed = (): void => undefined
  let stopped = false
  const terminal = {
    columns: 80,
    rows: 24,
    onResize(callback: () => void) {
      changed = callback
      return () => {
        stopped = true
      }
    },
  }
  let text = ''
  const stdout = {
    async write(chunk: Uint8Array) {
      text += Buffer.from(chunk).toString()
      if (text === '.') {
        terminal.columns = 132
        changed()
      }
    },
  }
  await exec(session, { ...target, command: ['psql'], tty: true, resize: terminal, stdout, stderr: sink() })
  expect(text).toBe('..{"Width":80,"Height":24}{"Width":132,"Height":24}')
  expect(stopped).toBe(true)
})

test('a refused upgrade tells what the API server said and which rule is missing', async () => {
  const { session } = await start({ refuse: () => ({ status: 403, body: JSON.stringify(forbidden) }) })
  const error = await failure(execText(session, { ...target, command: ['true'] }))
  expect(error).toMatchObject({ kind: 'forbidden', code: 403, reason: 'Forbidden', message: forbidden.message })
  expect(error.hint).toContain('create and get on pods/exec')
})

test('an upgrade answered with a page of something in between is told as such', async () => {
  const { session } = await start({ refuse: () => ({ status: 200, body: '<html>', contentType: 'text/html' }) })
  const error = await failure(execText(session, { ...target, command: ['true'] }))
  expect(error).toMatchObject({ kind: 'server', code: 200 })
  expect(error.hint).toContain('WebSocket')
})

test.each([
  ['container not found ("postgres")', 'missing'],
  [
    'Internal error occurred: error executing command in container: failed to load task: no running task found: not found',
    'missing',
  ],
  ['cannot exec into a container in a completed pod; current phase is Succeeded', 'missing'],
  ['OCI runtime exec failed: exec: "foo": executable file not found in $PATH: unknown', 'failed'],
  ['something new', 'server'],
])('a command that did not run: %s', async (message, kind) => {
  const { session } = await start({
    serve: (channels) => channels.status({ status: 'Failure', reason: 'InternalError', code: 500, message }),
  })
  const error = await failure(execText(session, { ...target, command: ['foo'] }))
  expect(error.kind).toBe(kind)
  expect(error.message).toContain(message)
})

test('what kept the command from starting is tried again', async () => {
  let calls = 0
  const busy = { kind: 'Status', code: 503, reason: 'ServiceUnavailable', message: 'later' }
  const { session } = await start({
    refuse: () => (++calls === 1 ? { status: 503, body: JSON.stringify(busy) } : undefined),
    async serve(channels) {
      if (++calls === 3) {
        await channels.status({
          status: 'Failure',
          code: 500,
          message: 'error dialing backend: dial tcp 10.0.0.1:10250: i/o timeout',
        })
        return
      }
      await channels.send(1, 'done')
      await channels.status({ status: 'Success' })
    },
  })
  expect(await execText(session, { ...target, command: ['true'] })).toMatchObject({ stdout: 'done' })
  expect(calls).toBe(5)
})

test('a command that may have run is not run again', async () => {
  let calls = 0
  const { session } = await start({
    async serve(channels) {
      calls++
      await channels.send(1, 'half')
      channels.socket.terminate()
    },
  })
  const error = await failure(execText(session, { ...target, command: ['true'] }))
  expect(error).toMatchObject({ kind: 'unreachable', exitCode: 1 })
  expect(calls).toBe(1)
})

test('a connection that ends without a status is no success', async () => {
  const { session } = await start({ serve: (channels) => channels.socket.close(1000) })
  expect((await failure(execText(session, { ...target, command: ['true'] }))).message).toContain(
    'before the command did',
  )
})

test('the limit of time ends a command and a handshake that hang', async () => {
  const { session } = await start({ serve: () => undefined })
  const slow = await failure(execText(session, { ...target, command: ['sleep'], timeoutMs: 200 }))
  expect(slow).toMatchObject({ kind: 'timeout', exitCode: 124 })
  const { session: stuck } = await start({ intercept: () => true })
  expect((await failure(execText(stuck, { ...target, command: ['sleep'], timeoutMs: 200 }))).kind).toBe('timeout')
})

test('a signal ends a command with its own reason, also before the connection stands', async () => {
  const { session } = await start({ intercept: () => true })
  const stop = new AbortController()
  const work = failure(exec(session, { ...target, command: ['x'], ...quiet(), signal: stop.signal }))
  const { CliError: Interrupted } = await import('../../src/errors/cli-error.ts')
  const reason = new Interrupted({ kind: 'interrupted', message: 'Ctrl-C' })
  setTimeout(() => stop.abort(reason), 50)
  expect(await work).toBe(reason)
})

test('more output than asked for is an error, not an endless string', async () => {
  const { session } = await start({
    async serve(channels) {
      for (let i = 0; i < 100; i++) await channels.send(1, Buffer.alloc(1000)).catch(() => undefined)
    },
  })
  const error = await failure(execText(session, { ...target, command: ['yes'], maxBytes: 5000 }))
  expect(error.message).toContain('5000')
})

test('a reader that went away ends the command as in a pipe', async () => {
  const { session } = await start({
    async serve(channels) {
      for (let i = 0; i < 1000; i++) await channels.send(1, 'y\n').catch(() => undefined)
    },
  })
  const stdout = { closed: false, write: async () => void (stdout.closed = true) }
  expect(await exec(session, { ...target, command: ['yes'], stdout, stderr: sink() })).toEqual({ exitCode: 141 })
})

test('a server of another authority is not trusted', async () => {
  const { url } = await start({ serve: () => undefined })
  const stranger = await sessionFor(url, { ca: new Authority('other').certificate })
  expect((await failure(execText(stranger, { ...target, command: ['true'], timeoutMs: 5000 }))).kind).toBe('tls')
  stranger.close()
})
