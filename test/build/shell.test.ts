import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { bundle } from '../../scripts/build/bundle.ts'
import { root, runProcess, type SpawnOptions } from '../helpers/process.ts'
import { onTerminal } from '../helpers/terminal.ts'
import { type RecordedState, startRecordedState } from '../sandbox/recorded/state.ts'

/* How the program behaves among other programs: in pipes, under signals, in every locale, on a narrow terminal. */

let folder: string
let server: RecordedState

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shell-test-'))
  await bundle({ outfile: join(folder, 'cli.cjs') })
  server = await startRecordedState(`${root}test/fixtures/states/healthy`)
  await writeFile(join(folder, 'config'), server.kubeconfigFor('admin', { namespace: server.meta.namespace }), {
    mode: 0o600,
  })
})

afterEach(() => server.faults.clear())

afterAll(async () => {
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

const environment = (more: NodeJS.ProcessEnv = {}) => ({
  PATH: process.env['PATH'],
  HOME: folder,
  KUBECONFIG: join(folder, 'config'),
  ...more,
})

/** Runs `status mycluster …` as a process of its own. */
const status = (words: string[] = [], { env, ...options }: SpawnOptions = {}) =>
  runProcess(process.execPath, [join(folder, 'cli.cjs'), 'status', server.meta.cluster, ...words], {
    ...options,
    env: environment(env),
  })

/** Runs a line of bash in which `status` is the command. */
const shell = (line: string) =>
  runProcess('bash', ['-c', `status() { "${process.execPath}" "${folder}/cli.cjs" status mycluster "$@"; }; ${line}`], {
    env: environment(),
  })

test('a reader that has seen enough is no error', async () => {
  const ended = await shell('{ status -v -v; echo "code $?" >&2; } | head -n 1')
  expect(ended).toMatchObject({ stdout: 'Cluster Summary\n', stderr: 'code 0\n' })
})

test('a closed stdout is no crash', async () => {
  const { stderr } = await shell('status >&-; echo "code $?" >&2')
  expect(stderr).not.toMatch(/ at |node:|EBADF.*\n.*at/)
  expect(stderr).toMatch(/code [01]\n$/)
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a command that waits, with %d and no report', async (signal, code) => {
  server.faults.add({ resource: 'clusters', hang: true })
  const asked = server.requests.length
  const ended = await status([], {
    onStart: (child) =>
      void expect
        .poll(() => server.requests.length)
        .toBeGreaterThan(asked)
        .then(() => child.kill(signal)),
  })
  expect(ended).toMatchObject({ code, signal: null, stdout: '' })
})

test('the deadline ends it too, with 124', async () => {
  server.faults.connections = 'silent'
  const ended = await status(['--timeout', '1500ms'])
  expect(ended).toMatchObject({ code: 124, stdout: '' })
  expect(ended.stderr).toContain('has not answered at all')
})

test('the report is the same in every locale', async () => {
  const settings = [
    { LC_ALL: 'C' },
    { LC_ALL: 'POSIX', LANG: 'de_DE.UTF-8' },
    { LANG: 'en_US.UTF-8' },
    { LC_ALL: 'tr_TR.UTF-8' },
  ]
  // The ages on the screen grow while the test runs; the facts of the JSON do not.
  const reports = await Promise.all(settings.map((env) => status(['-o', 'jsonpath={.summary}{.replication}'], { env })))
  for (const report of reports) expect(report).toEqual(reports[0])
  expect(reports[0]).toMatchObject({ code: 0, stderr: '' })
})

test('a terminal of 40 columns gets lines of its width, longer only where one value is', async () => {
  const argv = [join(folder, 'cli.cjs'), 'status', server.meta.cluster]
  // A dumb terminal has no spinner, whose line would stand among the others.
  const env = environment({ TERM: 'dumb' })
  const terminal = onTerminal(process.execPath, argv, env, { columns: 40, rows: 24 })
  expect(await terminal.ended).toBe(0)
  const lines = terminal.screen.split(/\r*\n/)
  expect(lines.filter((line) => line.length > 40 && !/^ *[\w ]+: \S+( [\d:]+ \+0000 UTC)?$/.test(line))).toEqual([])
  expect(terminal.screen).toMatch(/^mycluster-3\r*\n( {2}.+\r*\n)* {2}Replication role:? +Standby/m)
})
