import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { findProgram } from '../sandbox/instance/psql-command.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { copy, exiting, type Program, type StandIn, type StandInPod, startStandIn } from './support/stand-in.ts'

describe('the command line', () => {
  let standIn: StandIn | undefined
  afterEach(async () => {
    await standIn?.close()
    standIn = undefined
  })

  /** Runs psql over pods that run `program`; resolves with the words that it was started with. */
  async function psql(words: readonly string[], program: Program = exiting(0), pods: readonly StandInPod[] = [{}, {}]) {
    standIn ??= await startStandIn(program, pods)
    const result = await cli(['psql', ...words], { kubeconfig: standIn.kubeconfig, stdin: 'SELECT 1;\n' })
    const [request] = standIn.ran.splice(0)
    return { ...result, pod: request?.pod, command: request?.command, request }
  }

  test.each([
    [['shop-db'], ['-U', 'postgres']],
    [
      ['shop-db', '--', '-c', 'select 1'],
      ['-U', 'postgres', '-c', 'select 1'],
    ],
    [
      ['shop-db', 'app'],
      ['-U', 'postgres', 'app'],
    ],
    [
      ['shop-db', '-n', 'shop', 'app', '-t=false'],
      ['-U', 'postgres', 'app'],
    ],
    [
      ['--', 'shop-db'],
      ['-U', 'postgres'],
    ],
    [
      ['--', 'shop-db', 'app'],
      ['-U', 'postgres', 'app'],
    ],
    [
      ['cluster/shop-db', '--', '-i'],
      ['-U', 'postgres', '-i'],
    ],
    [
      ['shop-db', '--', '-U', 'app', 'app'],
      ['-U', 'app', 'app'],
    ],
    [['shop-db', '--', '-Uapp'], ['-Uapp']],
    [['shop-db', '--', '--username=app'], ['--username=app']],
    [
      ['shop-db', '--', '-c', 'a\nb "c" $d'],
      ['-U', 'postgres', '-c', 'a\nb "c" $d'],
    ],
  ])('%j starts psql with %j', async (words, expected) => {
    const { code, stderr, command, pod } = await psql(words)
    expect({ code, stderr, command, pod }).toEqual({
      code: 0,
      stderr: '',
      command: ['psql', ...expected],
      pod: 'shop-db-1',
    })
  })

  test.each([
    [[], 'psql needs CLUSTER'],
    [['shop-db', 'app', '--', '-c', 'select 1'], 'arguments of psql stand behind --, and "app" stands before it'],
    [['shop-db', '-At'], 'unknown flag -A in -At'],
    [['shop-db', '--replica', '--instance', '2'], '--replica and --instance exclude each other'],
    [['shop-db', '-t=maybe'], 'invalid value "maybe" for -t, --tty'],
  ])('%j is a mistake', async (words, message) => {
    const { code, stdout, stderr, command } = await psql(words)
    expect({ code, stdout, command }).toEqual({ code: 2, stdout: '', command: undefined })
    expect(stderr).toContain(`Error: ${message}`)
  })

  test.each([0, 1, 2, 3, 126, 127, 137, 255])('passes on exit code %i', async (code) => {
    expect((await psql(['shop-db'], exiting(code))).code).toBe(code)
  })

  test('says so when psql was killed, which cannot say it itself', async () => {
    const { code, stderr } = await psql(['shop-db'], exiting(137))
    expect(code).toBe(137)
    expect(stderr).toBe('psql was killed: the container of shop-db-1 has ended, or ran out of memory\n')
  })

  test('gets stdin unless told not to, and no terminal where there is none', async () => {
    const given = await psql(['shop-db'], copy)
    expect(given).toMatchObject({ stdout: 'SELECT 1;\n', request: { tty: false, container: 'postgres' } })
    for (const flag of ['-i=false', '--stdin=false', '-i=F']) {
      expect(await psql(['shop-db', flag])).toMatchObject({ stdout: '', request: { stdin: undefined } })
    }
  })

  test.each([
    [['--replica'], 'shop-db-2'],
    [['--instance', 'shop-db-3'], 'shop-db-3'],
    [['--instance', 'pod/shop-db-3'], 'shop-db-3'],
    [['--instance=3'], 'shop-db-3'],
    [['--replica=false'], 'shop-db-1'],
  ])('%j runs it in %s', async (words, pod) => {
    expect(await psql(['shop-db', ...words], exiting(0), [{}, {}, {}])).toMatchObject({ code: 0, pod })
  })

  test('the first replica that is ready is taken', async () => {
    const pods = [{}, { ready: false }, { deleting: true }, {}]
    expect(await psql(['shop-db', '--replica'], exiting(0), pods)).toMatchObject({ stderr: '', pod: 'shop-db-4' })
  })

  test('one list and the exec are all it asks for', async () => {
    await psql(['shop-db'])
    expect(standIn?.server.requests.map(({ path }) => path)).toEqual([
      '/api/v1/namespaces/shop/pods',
      '/api/v1/namespaces/shop/pods/shop-db-1/exec',
    ])
  })

  test('an instance that is not ready is told of, with those that are', async () => {
    const { code, stderr, pod } = await psql(['shop-db'], exiting(2), [{ ready: false }, {}])
    expect({ code, pod }).toEqual({ code: 2, pod: 'shop-db-1' })
    expect(stderr).toBe('shop-db-1 is not ready. Ready: shop-db-2 (replica); --instance NAME reaches one of them.\n')
  })

  test.each<[string, string[], StandInPod[], string]>([
    [
      'a pod without a running container',
      [],
      [{ phase: 'Pending' }, {}],
      'the primary shop-db-1 does not run (ImagePullBackOff)\nReady: shop-db-2 (replica); --instance NAME',
    ],
    [
      'no primary',
      [],
      [{ role: 'unhealthy', ready: false }, {}],
      'cluster "shop-db" has no primary at the moment\nIts instances: shop-db-1 (unhealthy, not ready), shop-db-2 (replica)',
    ],
    [
      'a cluster of one instance and --replica',
      ['--replica'],
      [{}],
      'cluster "shop-db" has no replica: its only instance is shop-db-1 (primary)\n',
    ],
    [
      'an instance that is not there',
      ['--instance', '7'],
      [{}, {}],
      'cluster "shop-db" has no instance "shop-db-7"\nIts instances: shop-db-1 (primary), shop-db-2 (replica)\n',
    ],
  ])('%s is an error that names what there is', async (_case, words, pods, message) => {
    const { code, stdout, stderr, pod } = await psql(['shop-db', ...words], exiting(0), pods)
    expect({ code, stdout, pod }).toEqual({ code: 1, stdout: '', pod: undefined })
    expect(stderr).toContain(`Error: ${message}`)
  })

  test('a cluster that is not there is told with the ones that are', async () => {
    const { code, stderr } = await psql(['shop'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/cluster "shop" not found in namespace "shop".*\n.*: shop-db\n/)
  })

  test('during a switchover it says so', async () => {
    standIn = await startStandIn(exiting(0), [{ role: 'none' }, {}])
    standIn.server.store.put({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: 'shop-db', namespace: 'shop' },
      spec: {},
      status: { phase: 'Switchover in progress', currentPrimary: 'shop-db-1', targetPrimary: 'shop-db-2' },
    })
    const { code, stderr } = await psql(['shop-db'])
    expect(code).toBe(1)
    expect(stderr).toContain('no primary at the moment: Switchover in progress (shop-db-1 to shop-db-2)\n')
  })

  test('without the right to list pods the Cluster names the primary', async () => {
    standIn = await startStandIn(exiting(0), [{}, {}])
    standIn.server.faults.add({ resource: 'pods', answer: { code: 403, reason: 'Forbidden' } })
    expect(await psql(['shop-db'])).toMatchObject({ code: 0, pod: 'shop-db-1' })
    standIn.server.faults.add({ resource: 'clusters', answer: { code: 403, reason: 'Forbidden' } })
    const { code, stderr } = await psql(['shop-db'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/Missing: list pods in namespace "shop"/)
  })

  test('a missing right to exec is told with the rule', async () => {
    standIn = await startStandIn(exiting(0))
    standIn.server.faults.add({ resource: 'pods/exec', answer: { code: 403, reason: 'Forbidden' } })
    const { code, stderr } = await psql(['shop-db'])
    expect(code).toBe(1)
    expect(stderr).toContain('the verbs create and get on pods/exec')
  })

  test('a connection that drops is an error, and all that came before is there', async () => {
    const { code, stdout, stderr } = await psql(['shop-db'], async (request) => {
      await request.stdout(Buffer.from('one\n'))
      setTimeout(() => void standIn?.close(), 100)
      return new Promise(() => undefined)
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'one\n' })
    expect(stderr).toMatch(/^Error: .*connection/)
  })

  test('a signal ends it, with a word about what may still run', async () => {
    standIn = await startStandIn(() => new Promise(() => undefined))
    const { code, stderr } = await cli('psql shop-db', {
      kubeconfig: standIn.kubeconfig,
      onHost: (host) => setTimeout(() => host.raise('SIGTERM'), 300),
    })
    expect(code).toBe(143)
    expect(stderr).toMatch(/interrupted by SIGTERM\nA statement .* may still run in shop-db-1/)
  })

  test('every request is made as the user that is impersonated, to the cluster of the context', async () => {
    standIn = await startStandIn(exiting(0))
    standIn.server.users.add('jane', { groups: ['system:masters'] })
    expect((await psql(['shop-db', '--as', 'jane'])).code).toBe(0)
    const asked = standIn.server.requests.map(({ user, impersonator }) => ({ user, impersonator }))
    expect(asked).toEqual([
      { user: 'jane', impersonator: 'admin' },
      { user: 'jane', impersonator: 'admin' },
    ])
    const { code, stderr } = await psql(['shop-db', '--context', 'nosuch'])
    expect(code).toBe(1)
    expect(stderr).toContain('nosuch')
  })
})

describe('where the end of stdin cannot be passed on', () => {
  test.each([
    ['a script', [], 'SELECT 1;\n', 'SELECT 1;\n\\q\n'],
    ['a script without a last line feed', [], 'SELECT 1', 'SELECT 1\n\\q\n'],
    ['no input', [], '', '\\q\n'],
    ['data for COPY', ['-c', 'copy t from stdin'], '1\n2\n', '1\n2\n\\.\n'],
    ['data for COPY, flags in one word', ['-Atc', 'copy t from stdin'], '1', '1\n\\.\n'],
  ])('%s is ended by what psql understands', async (_case, args, stdin, expected) => {
    const { scriptInput } = await import('../../src/commands/psql/input.ts')
    const input = scriptInput(
      (async function* () {
        if (stdin !== '') yield Buffer.from(stdin)
      })(),
      args,
    )
    let text = ''
    for await (const chunk of input.stdin) text += Buffer.from(chunk).toString()
    expect(text + Buffer.from(input.endOfInput()).toString()).toBe(expected)
  })
})

describe.each([
  { psql: 'machine' as const, skip: findProgram('psql') === undefined },
  { psql: 'own' as const, skip: false },
])('a real server, with psql of $psql', ({ psql, skip }) => {
  let sandbox: Sandbox
  let kubeconfig: string
  beforeAll(async () => {
    if (skip) return
    sandbox = await startSandbox({ clusters: [{ name: 'main', namespace: 'default', instances: 2, psql }] })
    kubeconfig = sandbox.kubeconfigFor('admin', { namespace: 'default' })
  })
  afterAll(() => sandbox?.close())

  const run = (words: readonly string[], stdin?: string) =>
    cli(['psql', 'main', ...words], { kubeconfig, ...(stdin === undefined ? {} : { stdin }) })

  test.skipIf(skip)('is a superuser in the primary, in the replica with --replica', async () => {
    const query = "select current_user || ' ' || pg_is_in_recovery()"
    expect(await run(['--', '-Atc', query])).toMatchObject({ code: 0, stdout: 'postgres false\n', stderr: '' })
    expect(await run(['--replica', '--', '-Atc', query])).toMatchObject({ code: 0, stdout: 'postgres true\n' })
  })

  test.skipIf(skip)('a script on stdin goes on after an error, or stops with code 3', async () => {
    const script = 'select 1;\nselect x;\nselect 2;\n'
    const on = await run(['--', '-At'], script)
    expect(on).toMatchObject({ code: 0, stdout: '1\n2\n' })
    expect(on.stderr).toMatch(/^ERROR: {2}column "x" does not exist\n/)
    const stopped = await run(['--', '-At', '-v', 'ON_ERROR_STOP=1'], script)
    expect(stopped).toMatchObject({ code: 3, stdout: '1\n' })
  })

  test.skipIf(skip)('an error of psql is its own code and words, and nothing of ours', async () => {
    const { code, stdout, stderr } = await run(['--', '-c', 'select 1/0'])
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: 'ERROR:  division by zero\n' })
    expect((await run(['--', 'nosuchdb', '-c', 'select 1'])).code).toBe(2)
  })
})
