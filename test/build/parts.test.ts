import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bunExecutable } from '../../scripts/build/bun.ts'
import { bundleParts, type Program } from '../../scripts/build/parts.ts'
import { root, runProcess } from '../helpers/process.ts'
import { startRecordedState } from '../sandbox/recorded/state.ts'

let folder: string
let program: Program

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parts-test-'))
  program = await bundleParts(join(folder, 'whole'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** The program with only these of its files, as the executable runs it. */
async function runOnly(files: readonly string[], words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const place = await mkdtemp(join(folder, 'some-'))
  for (const file of files) await writeFile(join(place, file), await readFile(join(program.folder, file)))
  const argv = ['--experimental-http2-fetch', join(place, 'program.cjs'), ...words]
  return runProcess(bunExecutable(), argv, { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...env } })
}

describe('the program in parts', () => {
  test('has three files, each a script that the others need not be read for', async () => {
    expect(program.files).toEqual(['program.cjs', 'quick.cjs', 'rest.cjs'])
    const [first = 0, quick = 0, rest = 0] = await Promise.all(
      program.files.map(async (file) => (await readFile(join(program.folder, file))).length),
    )
    expect(first).toBeLessThan(40_000)
    expect(quick).toBeLessThan(750_000)
    expect(rest).toBeGreaterThan(quick)
  })

  test('reads only the first for the version', async () => {
    const ended = await runOnly(['program.cjs'], ['version'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^Build: \{Version:/)
  })

  test('reads no more than two for --help', async () => {
    const ended = await runOnly(['program.cjs', 'quick.cjs'], ['--help'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toContain('kubectl cnpg')
  })

  test.each(['--color=never', '--color=always'])('reads no more than two for status %s', async (color) => {
    const state = await startRecordedState(`${root}test/fixtures/states/healthy`)
    try {
      const { cluster, namespace } = state.meta
      const kubeconfig = join(folder, 'config')
      await writeFile(kubeconfig, state.kubeconfigFor('admin', { namespace }), { mode: 0o600 })
      const words = ['status', cluster, color]
      const ended = await runOnly(['program.cjs', 'quick.cjs'], words, { KUBECONFIG: kubeconfig })
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      expect(ended.stdout).toContain('Instances status')
    } finally {
      await state.close()
    }
  })

  test('runs whole: a command of the last file', async () => {
    const ended = await runOnly(program.files, ['completion', 'bash'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toContain('complete')
  })
})
