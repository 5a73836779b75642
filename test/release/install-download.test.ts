import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { archiveName } from '../../scripts/release/targets.ts'
import { placeForTests } from './install-place.ts'
import { machineTarget, onPath } from './support.ts'

const here = placeForTests()
const archive = archiveName('1.2.3', machineTarget())

describe('the download', () => {
  /** A PATH with the programs that every system has, and these. */
  async function pathWith(names: string[], scripts: Record<string, string> = {}): Promise<string> {
    const folder = join(here.scratch, `path-${here.count}`)
    await mkdir(folder)
    const usual = [
      'sh',
      'cat',
      'tr',
      'cut',
      'sed',
      'grep',
      'awk',
      'tar',
      'gzip',
      'mktemp',
      'mkdir',
      'rm',
      'mv',
      'cp',
      'ln',
      'chmod',
      'head',
      'tail',
      'dirname',
      'uname',
      'sha256sum',
    ]
    for (const name of [...usual, ...names]) if (!(name in scripts)) await symlink(onPath(name)!, join(folder, name))
    for (const [name, text] of Object.entries(scripts))
      await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    return folder
  }

  test.runIf(onPath('wget') !== undefined)('works with wget alone, 404 included', async () => {
    const path = await pathWith(['wget'])
    expect(await here.install(['-b', here.dir], { path })).toMatchObject({ code: 0 })
    expect((await here.install(['-b', here.dir, '9.9.9'], { path })).stderr).toContain('release 9.9.9 has no')
    here.server.instead = (_path, response) => Boolean(response.writeHead(403).end())
    expect((await here.install(['-b', here.dir], { path })).stderr).toMatch(/cannot download [^]*403/)
  })

  test('tells what a program said without control characters', async () => {
    const path = await pathWith([], { wget: "printf 'wget: \\033[2Jgone\\n' >&2; exit 4" })
    expect((await here.install(['-b', here.dir], { path })).stderr).toContain('      wget: [2Jgone\n')
  })

  test('by wget goes through the proxy that HTTPS_PROXY names', async () => {
    const path = await pathWith([], { wget: 'echo "$https_proxy $no_proxy" >&2; exit 4' })
    const env = { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: '10.0.0.0/8' }
    const ended = await here.install(['-b', here.dir], { path, env })
    expect(ended.stderr).toContain('http://proxy.example:3128 10.0.0.0/8')
  })

  test.runIf(onPath('busybox') !== undefined)('works with the wget of busybox, 404 included', async () => {
    const path = await pathWith([], { wget: `exec '${onPath('busybox')}' wget "$@"` })
    expect(await here.install(['-b', here.dir], { path })).toMatchObject({ code: 0 })
    expect((await here.install(['-b', here.dir, '9.9.9'], { path })).stderr).toContain('release 9.9.9 has no')
  })

  test('takes curl or wget, and a checksum program', async () => {
    expect((await here.install(['-b', here.dir], { path: await pathWith([]) })).stderr).toContain(
      'neither curl nor wget',
    )
  })

  test.each([
    ['musl', { ldd: 'echo "musl libc (x86_64)" >&2; exit 1' }, 'linux_x86_64_musl'],
    ['glibc', { ldd: 'echo "ldd (GNU libc) 2.36"' }, 'linux_x86_64'],
    ['an ARM machine', { uname: '[ "$1" = -s ] && echo Linux || echo aarch64', ldd: 'echo GNU' }, 'linux_arm64'],
    [
      'a Mac whose shell is translated',
      {
        uname: '[ "$1" = -s ] && echo Darwin || echo x86_64',
        sysctl: '[ "$*" = "-n sysctl.proc_translated" ] && echo 1',
      },
      'darwin_arm64',
    ],
    ['an Intel Mac', { uname: '[ "$1" = -s ] && echo Darwin || echo x86_64', sysctl: 'exit 1' }, 'darwin_x86_64'],
    ['a Mac', { uname: '[ "$1" = -s ] && echo Darwin || echo arm64' }, 'darwin_arm64'],
  ])('is that for %s', async (_name, scripts: Record<string, string>, name) => {
    const uname = '[ "$1" = -s ] && echo Linux || echo x86_64'
    const path = await pathWith(['curl'], { uname, ...scripts })
    expect(await here.install(['-b', here.dir], { path })).toMatchObject({ code: 0 })
    expect(here.server.asked).toContain(`/kubectl-cnpg_1.2.3_${name}.tar.gz`)
  })

  test('is that for Windows in Git Bash, where the programs end otherwise', async () => {
    const uname = '[ "$1" = -s ] && echo MINGW64_NT-10.0-19045 || echo x86_64'
    const path = await pathWith(['curl'], { uname })
    expect(await here.install(['-b', here.dir], { path })).toMatchObject({ code: 0 })
    expect((await readdir(here.dir)).sort()).toEqual(['kubectl-cnpg.exe', 'kubectl_complete-cnpg.cmd'])
    expect(await here.install(['-u', '-b', here.dir], { path })).toMatchObject({ code: 0 })
    expect(await readdir(here.dir)).toEqual([])
  })

  test.each(['sha256sum', 'shasum', 'openssl'].filter((name) => onPath(name) !== undefined))(
    'is verified by %s',
    async (name) => {
      const path = await pathWith(['curl', ...(name === 'sha256sum' ? [] : [name])])
      if (name !== 'sha256sum') await rm(join(path, 'sha256sum'))
      expect(await here.install(['-b', here.dir], { path })).toMatchObject({ code: 0 })
      here.server.instead = (path, response) => path.endsWith('.tar.gz') && Boolean(response.end('something else'))
      expect((await here.install(['-b', here.dir], { path })).stderr).toMatch(/received [0-9a-f]{64}\n/)
    },
  )

  test('is none without a program that can verify it', async () => {
    const path = await pathWith(['curl'])
    await rm(join(path, 'sha256sum'))
    const ended = await here.install(['-b', here.dir], { path })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('install sha256sum') as string })
    expect(existsSync(here.dir)).toBe(false)
  })

  test('may come from a folder, where no network leads out', async () => {
    const base = `file://${here.releases}`
    expect(await here.install(['-b', here.dir], { base })).toMatchObject({ code: 0 })
    expect((await here.install(['-b', here.dir, '9.9.9'], { base })).stderr).toContain('release 9.9.9 has no')
  })

  test('is none for another system', async () => {
    const path = await pathWith(['curl'], { uname: 'echo Plan9' })
    expect(await here.install(['-b', here.dir], { path })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no release for the system plan9') as string,
    })
  })

  test('goes through a proxy', async () => {
    const env = { http_proxy: here.server.url }
    expect(
      await here.install(['-b', here.dir], {
        env,
        base: 'http://releases.invalid/cnpg',
        path: `${here.dir}:${process.env['PATH']}`,
      }),
    ).toMatchObject({ code: 1 })
    expect(here.server.asked).toEqual(['http://releases.invalid/cnpg/latest.txt'])
  })

  test('finds here.releases whose addresses have the version in them', async () => {
    here.server.instead = (path, response) => path === '/latest/download/latest.txt' && Boolean(response.end('1.2.3\n'))
    const ended = await here.install(['-b', here.dir, '-d'], { base: `${here.server.url}/download/v{version}` })
    expect(ended.code).toBe(1)
    expect(here.server.asked).toEqual(['/latest/download/latest.txt', `/download/v1.2.3/${archive}`])
    expect(ended.stderr).toContain(`debug downloading ${here.server.url}/download/v1.2.3/${archive}`)
  })
})
