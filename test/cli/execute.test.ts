import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Command, Context } from '../../src/cli/command.ts'
import { interpret } from '../../src/cli/interpret.ts'
import type { CliError } from '../../src/errors/cli-error.ts'
import { createAuthority } from '../helpers/certificates.ts'
import { type FakeHost, fakeHost } from '../helpers/fake-host.ts'
import { json, serve, temporaryFolder } from '../kube/helpers.ts'
import { entryOf, sampleCommand } from './sample-commands.ts'

type Run = NonNullable<Command['run']>

async function execute(line: string, run: Run, host: FakeHost = fakeHost()): Promise<number> {
  const command = sampleCommand({ name: 'work', defaultTimeoutMs: 10_000, run })
  const task = await interpret(line.split(' '), [entryOf(command)])
  return task.run(host)
}

/** Waits as a well-behaved command does: until its signal says otherwise. */
const untilAborted: Run = (_invocation, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

const never: Run = () => new Promise(() => undefined)

describe('a command', () => {
  test('returns its exit code', async () => {
    expect(await execute('work', async () => 3)).toBe(3)
  })

  test('has its default limit, or the one given; 0 lifts it', async () => {
    const seen: (number | undefined)[] = []
    const look: Run = async (_invocation, context) => {
      seen.push(context.timeoutMs)
      return 0
    }
    await execute('work', look)
    await execute('work --timeout 1m', look)
    await execute('work -t 0', look)
    expect(seen).toEqual([10_000, 60_000, undefined])
  })

  test('that speaks to monitoring systems says nothing on stderr, but to those who ask for it', async () => {
    const talks: Run = async (_invocation, { host }) => {
      await host.stderr.write('Warning: v1 is deprecated\n')
      await host.stdout.write('fine\n')
      return 0
    }
    const command = sampleCommand({ name: 'work', monitoring: 'always', run: talks })
    const said = async (line: string) => {
      const host = fakeHost()
      await (await interpret(line.split(' '), [entryOf(command)])).run(host)
      return { stdout: host.output(), stderr: host.errors() }
    }
    expect(await said('work')).toEqual({ stdout: 'fine\n', stderr: '' })
    expect((await said('work --log-level debug')).stderr).toContain('Warning: v1 is deprecated')
  })

  test('ends at its limit with code 124 and a way out', async () => {
    await expect(execute('work --timeout 10ms', untilAborted)).rejects.toMatchObject({
      kind: 'timeout',
      exitCode: 124,
      message: 'not finished after 10ms',
      hint: expect.stringContaining('--timeout 30ms') as string,
    })
  })

  test('that breaks because of the limit reports the limit', async () => {
    const breaks: Run = async (invocation, context) => {
      await untilAborted(invocation, context).catch(() => undefined)
      throw new TypeError('terminated')
    }
    await expect(execute('work --timeout 10ms', breaks)).rejects.toMatchObject({ kind: 'timeout' })
  })

  test('that ignores the limit is left behind after a moment', async () => {
    const host = fakeHost({ sleep: async (_ms, signal) => signal?.throwIfAborted() })
    await expect(execute('work', never, host)).rejects.toMatchObject({ kind: 'timeout' })
  })

  test('may still finish in time after the limit passed', async () => {
    const cleansUp: Run = async (invocation, context) => {
      await untilAborted(invocation, context).catch(() => undefined)
      return 5
    }
    expect(await execute('work --timeout 10ms', cleansUp)).toBe(5)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends on %s with code %d', async (name, exitCode) => {
    const host = fakeHost()
    const running = execute('work', untilAborted, host)
    setImmediate(() => host.raise(name))
    await expect(running).rejects.toMatchObject({ kind: 'interrupted', exitCode, message: `interrupted by ${name}` })
  })

  test('does not even start after a signal', async () => {
    const host = fakeHost()
    host.raise('SIGINT')
    await expect(execute('work', never, host)).rejects.toMatchObject({ kind: 'interrupted' })
  })

  const allConnectionFlags =
    '-n ns --context c --cluster cl --user u -s https://h --token t --as me --as-group a --as-group b --as-uid 7' +
    ' --as-user-extra k=v --request-timeout 2s --kubeconfig f --certificate-authority ca --client-certificate cc' +
    ' --client-key ck --insecure-skip-tls-verify --tls-server-name tn --disable-compression --cache-dir d' +
    ' --log-level error --log-destination /dev/null --log-field-level l --log-field-timestamp t --zap-devel' +
    ' --zap-encoder json --zap-log-level 1 --zap-stacktrace-level error --zap-time-encoding iso8601'

  test.each([
    ['behind its name', `work ${allConnectionFlags}`],
    ['in front of it', `${allConnectionFlags} work`],
  ])('gets the connection flags that stand %s, and only those that were given', async (_where, line) => {
    let seen: Context['connection'] | undefined
    const look: Run = async (_invocation, context) => {
      seen = context.connection
      return 0
    }
    await execute(line, look)
    expect(seen).toEqual({
      namespace: 'ns',
      context: 'c',
      cluster: 'cl',
      user: 'u',
      server: 'https://h',
      token: 't',
      as: 'me',
      asGroup: ['a', 'b'],
      asUid: '7',
      asUserExtra: ['k=v'],
      requestTimeoutMs: 2000,
      kubeconfig: 'f',
      certificateAuthority: 'ca',
      clientCertificate: 'cc',
      clientKey: 'ck',
      insecureSkipTlsVerify: true,
      tlsServerName: 'tn',
      disableCompression: true,
    })
    await execute('work -n=', look)
    // Absent, not undefined: the session then has its own limit for a request.
    expect(seen).toStrictEqual({})
    await execute('work --request-timeout 0', look)
    expect(seen).toStrictEqual({ requestTimeoutMs: 0 })
  })

  test('paints by --color', async () => {
    const paint: Run = async (_invocation, context) => {
      await context.host.stdout.write((await context.painter('stdout')).paint('bad', 'x'))
      return 0
    }
    const host = fakeHost()
    await execute('work --color always', paint, host)
    await execute('work', paint, host)
    expect(host.output()).toBe('\u001b[31mx\u001b[39mx')
  })
})

describe('the log', () => {
  const talk: Run = async (_invocation, { log }) => {
    log('debug', 'GET /api\u001b[2J')
    log('info', 'ready')
    return 0
  }

  test('says on stderr what its level asks for, safely', async () => {
    const host = fakeHost({ now: '2026-11-23T06:00:00Z' })
    await execute('work --log-level debug', talk, host)
    expect(host.errors()).toBe('2026-11-23T06:00:00.000Z debug GET /api\\x1b[2J\n2026-11-23T06:00:00.000Z info ready\n')
    expect(host.output()).toBe('')
  })

  test('is quiet below its level', async () => {
    const host = fakeHost()
    await execute('work --log-level error', talk, host)
    expect(host.errors()).toBe('')
  })

  test('goes to a file instead, behind what is there', async () => {
    const file = join(await temporaryFolder(), 'log')
    const host = fakeHost()
    await execute(`work --log-destination ${file}`, talk, host)
    await execute(`work --log-destination ${file}`, talk, host)
    expect((await readFile(file, 'utf8')).match(/info ready\n/g)).toHaveLength(2)
    expect(host.errors()).toBe('')
  })

  test('complains about a file that cannot be written', async () => {
    const error = await execute('work --log-destination /nonexistent/log', talk).catch((thrown: CliError) => thrown)
    expect(error).toMatchObject({ kind: 'config', message: 'cannot write the log to /nonexistent/log' })
  })
})

describe('a command and its session', () => {
  /** A kubeconfig whose plugin takes its time, for a server that answers everything with `{}`. */
  async function slowLogin(folder: string, server: string, seconds: number): Promise<FakeHost> {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 's3cret-token' },
    }
    const plugin = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', `sleep ${seconds}; echo '${JSON.stringify(credential)}'`],
      interactiveMode: 'Never',
    }
    const kubeconfig = {
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'c', user: { exec: plugin } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    }
    await writeFile(join(folder, 'config'), JSON.stringify(kubeconfig))
    return fakeHost({ env: { KUBECONFIG: join(folder, 'config'), PATH: '/usr/bin:/bin' } })
  }

  const nobody = 'https://127.0.0.1:1'

  test('the time a login takes is not the time of the command', async () => {
    const host = await slowLogin(await temporaryFolder(), nobody, 0.4)
    const open: Run = async (_invocation, context) => {
      await context.session()
      return context.signal.aborted ? 1 : 0
    }
    expect(await execute('work --timeout 200ms', open, host)).toBe(0)
  })

  test('the time of the command starts when the login is done', async () => {
    const host = await slowLogin(await temporaryFolder(), nobody, 0.2)
    let opened = false
    const open: Run = async (invocation, context) => {
      await context.session()
      opened = true
      return untilAborted(invocation, context)
    }
    await expect(execute('work --timeout 100ms', open, host)).rejects.toMatchObject({ kind: 'timeout', exitCode: 124 })
    expect(opened).toBe(true)
  })

  test('also when the login failed and the command goes on without', async () => {
    const open: Run = async (invocation, context) => {
      await context.session().catch(() => undefined)
      return untilAborted(invocation, context)
    }
    const host = fakeHost({ env: { KUBECONFIG: '/nonexistent/config' } })
    const running = execute('work --timeout 50ms --context nosuch', open, host)
    await expect(running).rejects.toMatchObject({ kind: 'timeout' })
  })

  test('a signal ends a login', async () => {
    const host = await slowLogin(await temporaryFolder(), nobody, 30)
    const open: Run = async (_invocation, context) => {
      await context.session()
      return 0
    }
    const running = execute('work', open, host)
    setTimeout(() => host.raise('SIGINT'), 50)
    await expect(running).rejects.toMatchObject({ kind: 'interrupted', exitCode: 130 })
  })

  describe('--log-level', () => {
    const ask: Run = async (_invocation, context) => {
      const session = await context.session()
      await session.getJson('/api/v1/pods', { query: [['limit', '5']] })
      await session.getJson('/apis/nosuch', { query: [['command', 's3cret-word']] }).catch(() => undefined)
      return 0
    }

    async function run(flags: string): Promise<string> {
      const authority = await createAuthority()
      const { cert, key } = await authority.server()
      const server = await serve({ cert, key }, ({ url }, response) =>
        json(response, {}, url.startsWith('/apis') ? 404 : 200),
      )
      const host = await slowLogin(await temporaryFolder(), server.url, 0)
      expect(await execute(`work ${flags}`.trim(), ask, host)).toBe(0)
      return host.errors()
    }

    test('debug has one line for every request, without secrets', async () => {
      const errors = await run('--log-level debug')
      const lines = errors
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^\S+ /, '').replace(/\d+ ms/, 'N ms'))
      expect(lines).toEqual([
        'debug GET /api/v1/pods?limit=5 200 N ms 2 bytes',
        'debug GET /apis/nosuch?command 404 N ms 2 bytes',
        expect.stringMatching(/^debug 2 requests on 1 connections to https:\S+, 4 bytes received$/),
      ])
      expect(errors).not.toContain('s3cret')
    })

    test.each(['', '--log-level info', '--log-level error'])('"%s" has none', async (flags) => {
      expect(await run(flags)).toBe('')
    })
  })
})
