import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { cli } from '../../helpers/cli.ts'
import { startManyClusters } from '../../helpers/many-clusters.ts'
import { root } from '../../helpers/process.ts'
import { onTerminal } from '../../helpers/terminal.ts'
import { Authority } from '../../sandbox/api-server/certificates.ts'
import type { Fault } from '../../sandbox/api-server/faults.ts'
import { type RecordedState, startRecordedState } from '../../sandbox/recorded/state.ts'
import { program } from '../support/program.ts'

/* Whoever presses Tab sees names or nothing: no sentence, no question, no stack. */

const NOTHING = {
  code: 0,
  stdout: ':4\n',
  stderr: 'Completion ended with directive: ShellCompDirectiveNoFileComp\n',
}

let server: RecordedState
beforeAll(async () => {
  server = await startRecordedState(join(root, 'test/fixtures/states/healthy'))
})
afterAll(() => server.close())

/** What `__complete status ""` says; its second is a quarter, and none of it is needed where an answer comes. */
async function offered(kubeconfig: string | object, words = ['status', '']): Promise<object> {
  const { code, stdout, stderr } = await cli(['__complete', ...words], {
    kubeconfig,
    terminal: { columns: 80 },
    sleep: (ms, signal) => sleep(ms / 4, undefined, signal === undefined ? {} : { signal }),
  })
  return { code, stdout, stderr }
}

describe('a server that', () => {
  test.each<[string, Fault]>([
    ['does not know the user', { answer: { code: 401, reason: 'Unauthorized' } }],
    ['forbids it', { answer: { code: 403, reason: 'Forbidden', message: 'clusters is forbidden' } }],
    ['is broken', { answer: { code: 500, reason: 'InternalError' } }],
    ['is busy', { answer: { code: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 } }],
    ['is not there behind its proxy', { answer: { code: 502, html: '<html>Bad Gateway</html>' } }],
    ['answers something else', { answer: { code: 200, text: 'welcome' } }],
    ['cuts the connection', { cut: 'before' }],
    ['sends half an answer', { truncateAt: 100 }],
    ['never answers', { hang: true }],
  ])('%s', async (_what, fault) => {
    const away = server.faults.add(fault)
    expect(await offered(server.kubeconfigFor('admin'))).toEqual(NOTHING)
    away()
  })

  test.each(['reset', 'silent'] as const)('takes connections and is %s', async (mode) => {
    server.faults.connections = mode
    expect(await offered(server.kubeconfigFor('admin'))).toEqual(NOTHING)
    server.faults.clear()
  })

  it('is another one than the kubeconfig trusts', async () => {
    const authority = new Authority('another').certificate
    expect(await offered(server.kubeconfigFor('admin', { authority }))).toEqual(NOTHING)
  })
})

describe('a kubeconfig that', () => {
  test.each<[string, string | object]>([
    ['is empty', ''],
    ['is no YAML', '{broken'],
    ['has other members', { contexts: 3, clusters: 'x' }],
    ['names a context that it does not have', { 'current-context': 'gone' }],
    ['names no server', { 'current-context': 'x', contexts: [{ name: 'x', context: { cluster: 'y', user: 'z' } }] }],
  ])('%s', async (_what, kubeconfig) => {
    expect(await offered(kubeconfig)).toEqual(NOTHING)
    expect(await offered(kubeconfig, ['status', '--context', 'z'])).toEqual(NOTHING)
  })

  it('is a folder', async () => {
    expect(await offered('', ['status', '--kubeconfig', tmpdir(), ''])).toEqual(NOTHING)
  })
})

describe('a login plugin that', () => {
  let folder: string
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'robust-test-'))))
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** A kubeconfig whose user logs in by a shell script. */
  function withPlugin(script: string, interactiveMode = 'IfAvailable'): object {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', script],
      interactiveMode,
    }
    return {
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
      clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'x', user: { exec } }],
    }
  }

  test.each([
    ['fails', 'echo no login >&2; exit 1', 'IfAvailable'],
    ['prints something else', 'echo hello', 'IfAvailable'],
    ['hangs', 'echo wait a moment >&2; sleep 5; echo', 'IfAvailable'],
    ['wants a terminal', 'read answer', 'Always'],
  ])('%s', async (_what, script, mode) => {
    expect(await offered(withPlugin(script, mode))).toEqual(NOTHING)
  })

  it('asks by itself finds no terminal', async () => {
    const file = join(folder, 'config')
    const script = 'echo "Password:" > /dev/tty; read answer < /dev/tty; sleep 5'
    await writeFile(file, JSON.stringify(withPlugin(script)), { mode: 0o600 })
    const words = [...program, '__complete', 'status', '']
    const terminal = onTerminal(process.execPath, words, { KUBECONFIG: file })
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen).toBe((NOTHING.stdout + NOTHING.stderr).replaceAll('\n', '\r\n'))
  })
})

describe('names', () => {
  it('are left out where a terminal or a shell would take them for more', async () => {
    const namespace = 'odd'
    for (const name of ['plain', 'red\u001b[31m', 'two\nlines', '$(reboot)', '`reboot`', 'a;b', 'a b', "it's", 'x&']) {
      server.store.put({
        apiVersion: 'postgresql.cnpg.io/v1',
        kind: 'Cluster',
        metadata: { name, namespace },
        spec: {},
      })
    }
    expect(await offered(server.kubeconfigFor('admin', { namespace }))).toMatchObject({
      stdout: 'plain\t0/ ready\n:4\n',
    })
  })

  it('are all offered where there are very many', async () => {
    const many = await startManyClusters({ clusters: 1 })
    try {
      for (let index = 0; index < 5000; index++) {
        const metadata = { name: `shop-${index}`, namespace: 'default' }
        many.store.put({ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata, spec: {} })
      }
      const { stdout } = await cli('__completeNoDesc status shop-', {
        kubeconfig: many.kubeconfigFor('admin', { namespace: 'default' }),
        sleep: (ms, signal) => sleep(ms * 20, undefined, signal === undefined ? {} : { signal }),
      })
      expect(stdout.split('\n')).toHaveLength(5002)
    } finally {
      await many.close()
    }
  })
})

describe('a line', () => {
  const WORDS = [
    'status',
    'fencing',
    'on',
    'psql',
    '--',
    '-',
    '-n',
    '-n=',
    '-nx',
    '--context=',
    '--out',
    '--output=',
    '',
  ]
  const ODD = [
    '--=',
    '=',
    '-=',
    '--no-such',
    '-zzz',
    'cluster/',
    'pod/',
    '-vvo',
    ',',
    'a,b,',
    '%',
    '\\',
    '"',
    "'",
    '$x',
  ]

  it('of any words is answered, whatever it means', async () => {
    const all = [...WORDS, ...ODD]
    for (const first of all) {
      for (const second of all) {
        const { code, stdout, stderr } = await cli(['__complete', 'status', first, second])
        expect([code, stdout], `status ${first} ${second}`).toEqual([0, expect.stringMatching(/(^|\n):\d+\n$/)])
        expect(stderr).toMatch(/^Completion ended with directive: ShellCompDirective\w+(, \w+)*\n$/)
      }
    }
  })
})
