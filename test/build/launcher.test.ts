import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../scripts/build/bundle.ts'
import { root, runProcess } from '../helpers/process.ts'
import { systemNode } from '../helpers/system-node.ts'

let folder: string
let launcher: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'launcher-test-'))
  launcher = await layOut('installed')
  await bundle({ outfile: join(folder, 'installed/dist/cli.cjs') })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** A folder as npm installs it, without the bundle. */
async function layOut(name: string): Promise<string> {
  await mkdir(join(folder, name, 'bin'), { recursive: true })
  await copyFile(join(root, 'package.json'), join(folder, name, 'package.json'))
  await copyFile(join(root, 'bin/kubectl-cnpg'), join(folder, name, 'bin/kubectl-cnpg'))
  return join(folder, name, 'bin/kubectl-cnpg')
}

async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  return version
}

describe('bin/kubectl-cnpg', () => {
  test('runs the bundle, which knows its version', async () => {
    const ended = await runProcess(process.execPath, [launcher, 'version'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^Build: \{Version:\S+ Commit:\S+ Date:\d{4}-\d\d-\d\d\}\n$/)
    expect(ended.stdout).toContain(`Version:${await packageVersion()} `)
  })

  test('runs through a link in another folder, as npm makes it', async () => {
    await mkdir(join(folder, 'path'))
    await symlink(launcher, join(folder, 'path/kubectl-cnpg'))
    const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` }
    const ended = await runProcess(join(folder, 'path/kubectl-cnpg'), ['--version'], { env })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('keeps compiled code in the cache folder of the user', async () => {
    const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), NODE_DISABLE_COMPILE_CACHE: undefined }
    await runProcess(process.execPath, [launcher, 'version'], { env })
    expect(await readdir(join(folder, 'cache/kubectl-cnpg'))).not.toEqual([])
  })

  test('starts in a container: no home, no account, no place to write', async () => {
    const env = { PATH: process.env['PATH'], XDG_CACHE_HOME: '/dev/null/cache' }
    const ended = await runProcess(process.execPath, [launcher, 'version'], { env })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('says how to build when there is no bundle', async () => {
    const ended = await runProcess(process.execPath, [await layOut('unbuilt'), 'version'])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^Error: kubectl-cnpg is not built yet\nRun "npm ci && npm run build" in .*unbuilt/)
  })
})

const node = systemNode()

describe.skipIf(node === undefined)(`on the system's own Node (${node})`, () => {
  const run = (...argv: string[]) =>
    runProcess(node ?? '', [launcher, ...argv], { env: { ...process.env, KUBECONFIG: '/nonexistent' } })

  test('version', async () => {
    expect(await run('version')).toMatchObject({ code: 0, stderr: '' })
  })

  test('help', async () => {
    const ended = await run('--help')
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toContain('Usage:\n  kubectl cnpg COMMAND [flags]\n')
  })

  test('a mistake', async () => {
    expect(await run('statu')).toMatchObject({ code: 2, stdout: '' })
  })

  test('a command that reaches for a server', async () => {
    const ended = await run('status', 'mycluster', '--server', 'https://127.0.0.1:1')
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^Error: .*127\.0\.0\.1:1/)
  })
})
