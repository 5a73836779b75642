import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, lstat, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { placeForTests } from './install-place.ts'
import { contentOf, makeRelease, onPath, scriptOf } from './support.ts'

const here = placeForTests()

describe('the folder', () => {
  test.runIf(process.getuid?.() === 0)('that one may not write to', async () => {
    await mkdir(here.dir, { mode: 0o755 })
    // As root everything may be written.
    const shell = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'sh']
    await chmod(here.temporary, 0o777)
    const ended = await here.install(['-b', here.dir], { shell })
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain(`error no right to write to ${here.dir}`)
    expect(ended.stderr).toContain('-b "$HOME/.local/bin"')
    expect(here.server.asked, 'nothing is downloaded for it').toEqual([])
  })

  test('that is a file', async () => {
    await writeFile(here.dir, '')
    const ended = await here.install(['-b', join(here.dir, 'bin')])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(`cannot make ${here.dir}/bin`) as string })
    await rm(here.dir)
  })

  test('is made, may have blanks and be relative, and is told when it is not on PATH', async () => {
    const name = `bin-${here.count}/with a blank`
    const ended = await here.install(['-b', name], { path: process.env['PATH']! })
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.stderr).toContain(`warning ${here.scratch}/${name} is not on PATH`)
    expect(existsSync(join(here.scratch, name, 'kubectl-cnpg'))).toBe(true)
  })

  test('that has nothing to uninstall', async () => {
    expect(await here.install(['-u', '-b', here.dir])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not installed') as string,
    })
  })

  test('may be a link to one; one to nowhere is refused', async () => {
    const real = join(here.scratch, `real-${here.count}`)
    await mkdir(real)
    await symlink(real, here.dir)
    expect(await here.install(['-b', here.dir])).toMatchObject({ code: 0 })
    expect((await lstat(here.dir)).isSymbolicLink()).toBe(true)
    expect((await readdir(real)).sort()).toEqual(['kubectl-cnpg', 'kubectl_complete-cnpg'])
    await rm(real, { recursive: true })
    expect((await here.install(['-b', here.dir])).stderr).toContain(`error cannot make ${here.dir}`)
  })

  test('is open to all, whatever the umask', async () => {
    const ended = await here.install(['-b', here.dir], { shell: ['sh', '-c', 'umask 077; exec sh "$@"', 'sh'] })
    expect(ended).toMatchObject({ code: 0 })
    for (const name of ['', 'kubectl-cnpg', 'kubectl_complete-cnpg'])
      expect((await stat(join(here.dir, name))).mode & 0o777, name).toBe(0o755)
  })

  test('may be told without HOME, TMPDIR and with CDPATH', async () => {
    const env = { HOME: undefined, TMPDIR: undefined, CDPATH: '/:/usr' }
    expect(await here.install(['-b', here.dir], { env })).toMatchObject({ code: 0 })
    expect(await here.installed()).toBe(scriptOf('1.2.3'))
  })
})

describe('what is there', () => {
  test('may be running', async () => {
    await mkdir(here.dir)
    await cp(onPath('sleep')!, join(here.dir, 'kubectl-cnpg'), { dereference: true })
    const old = spawn(join(here.dir, 'kubectl-cnpg'), ['60'])
    try {
      await once(old, 'spawn')
      expect(await here.install(['-b', here.dir])).toMatchObject({ code: 0 })
      expect(await here.installed()).toBe(scriptOf('1.2.3'))
      expect(old.exitCode).toBeNull()
    } finally {
      old.kill()
    }
  })

  test('may be a link, whose end stays as it is', async () => {
    const other = join(here.scratch, `other-${here.count}`)
    await writeFile(other, 'mine')
    await mkdir(here.dir)
    await symlink(other, join(here.dir, 'kubectl-cnpg'))
    expect(await here.install(['-b', here.dir])).toMatchObject({ code: 0 })
    expect(await contentOf(other)).toBe('mine')
    expect(await here.installed()).toBe(scriptOf('1.2.3'))
  })

  test.each(['kubectl-cnpg', 'kubectl_complete-cnpg'])('is no folder %s', async (name) => {
    await mkdir(join(here.dir, name), { recursive: true })
    const ended = await here.install(['-b', here.dir])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(`${name} is a folder`) as string })
    expect(await readdir(join(here.dir, name))).toEqual([])
  })

  test('is whole after several installations at once', async () => {
    const versions = ['1.2.0', '1.2.3', '1.2.0', '1.2.3']
    const ended = await Promise.all(versions.map((version) => here.install(['-b', here.dir, version])))
    expect(ended.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(['', '', '', ''])
    expect([scriptOf('1.2.0'), scriptOf('1.2.3')]).toContain(await here.installed())
  })

  test('elsewhere and first on PATH is told', async () => {
    const other = join(here.scratch, `first-${here.count}`)
    await mkdir(other)
    await writeFile(join(other, 'kubectl-cnpg'), 'other', { mode: 0o755 })
    const path = `${other}:${here.dir}:${process.env['PATH']}`
    const ended = await here.install(['-b', here.dir], { path })
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.stderr).toContain(`warning ${other}/kubectl-cnpg stands before it on PATH`)
    expect((await here.install(['-b', here.dir])).stderr).not.toContain('stands before it')
  })
})

test('a program for musl that finds no libstdc++ says what to install', async () => {
  await makeRelease(
    here.releases,
    '1.2.6',
    '#!/bin/sh\necho "Error loading shared library libstdc++.so.6" >&2\nexit 127\n',
  )
  await writeFile(join(here.releases, 'latest.txt'), '1.2.3\n')
  const fake = join(here.scratch, 'musl')
  await mkdir(fake)
  await writeFile(join(fake, 'ldd'), '#!/bin/sh\necho musl libc >&2\nexit 1\n', { mode: 0o755 })
  const ended = await here.install(['-b', here.dir, '1.2.6'], { path: `${fake}:${process.env['PATH']}` })
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('apk add libstdc++') as string })
})
