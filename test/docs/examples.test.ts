import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verbs } from '../../src/cli/interpret.ts'
import { parse } from '../../src/cli/parse.ts'
import { resolve } from '../../src/cli/resolve.ts'
import { allCommands } from '../../src/commands/all-commands.ts'
import { cli } from '../helpers/cli.ts'
import { root, runProcess } from '../helpers/process.ts'
import { type RecordedState, startRecordedState } from '../sandbox/recorded/state.ts'

const all = await allCommands(verbs)
const examples = all.flatMap(({ path, command }) =>
  command.examples.map(({ line }) => ({ path, command, line: line.split(/ [|<>] /)[0]! })),
)

/** The words of a line as a shell takes them. */
async function wordsOf(line: string): Promise<string[]> {
  const { stdout } = await runProcess('sh', ['-c', `printf '%s\\0' ${line}`])
  return stdout.split('\0').slice(0, -1)
}

describe('the examples of the help', () => {
  test.each(all)('$path has at least two', ({ command }) => {
    expect(command.examples.length).toBeGreaterThanOrEqual(2)
  })

  test.each(examples)('kubectl cnpg $line', async ({ path, line }) => {
    const call = await resolve(await wordsOf(line), verbs)
    if (call.kind === 'help') throw new Error('the example is a call for help')
    expect(call.path[0]).toBe(path.split(' ')[0])
    parse(call)
  })

  // What wants a database, or a file or a context that is not here, or goes on until it is stopped.
  const elsewhere = ['connect', 'diff', 'psql', 'sql']
  const runnable = examples.filter(
    ({ path, line }) =>
      !elsewhere.includes(path) &&
      !/ --(watch|contexts|save|from|follow|config|state|lock|textfile) ?| -f\b/.test(line),
  )
  /** The line itself; of a change everything but the request that makes it. */
  async function wordsToRun(line: string): Promise<string[]> {
    const words = await wordsOf(line)
    const call = await resolve(words, verbs)
    const changes = call.kind !== 'help' && call.command.options.some(({ name }) => name === 'dry-run')
    return changes && !line.includes('--dry-run') ? [...words, '--dry-run'] : words
  }

  describe('run against a cluster', () => {
    let server: RecordedState
    let folder: string
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'examples-test-'))
      server = await startRecordedState(`${root}test/fixtures/states/healthy`)
      await writeFile(join(folder, 'config'), server.kubeconfigFor('admin', { namespace: server.meta.namespace }))
    })
    afterAll(async () => {
      await server?.close()
      await rm(folder, { recursive: true, force: true })
    })

    test.each(runnable)('kubectl cnpg $line', async ({ command, line }) => {
      const { code, stdout, stderr } = await cli(await wordsToRun(line), {
        env: { KUBECONFIG: join(folder, 'config') },
      })
      expect(command.exitCodes.map((exit) => exit.code)).toContain(code)
      // An expression may find nothing in a healthy cluster.
      if (!line.includes('jsonpath')) expect(stdout + stderr).not.toBe('')
      expect(stderr).not.toContain('Usage:')
    })
  })
})
