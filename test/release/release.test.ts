import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bunExecutable } from '../../scripts/build/bun.ts'
import { compileBinary } from '../../scripts/build/compile.ts'
import { bundleParts } from '../../scripts/build/parts.ts'
import { packFolder, sha256Of } from '../../scripts/release/archive.ts'
import { homebrewFormula, krewManifest } from '../../scripts/release/manifests.ts'
import { releaseOptions } from '../../scripts/release/options.ts'
import { replaceFolder } from '../../scripts/release/replace-folder.ts'
import { archiveName, checksumsName, nameOf, targets } from '../../scripts/release/targets.ts'
import { root, runProcess } from '../helpers/process.ts'
import { machineTarget, scratchFolder, serveFolder } from './support.ts'

let scratch: { path: string; remove: () => Promise<void> }
beforeAll(async () => (scratch = await scratchFolder('release-test-')))
afterAll(() => scratch?.remove())

describe('twice the same', () => {
  test('archive, whenever and in whatever order its files were made', async () => {
    const sums = []
    for (const [index, order] of [
      ['b', 'a', 'c'],
      ['c', 'b', 'a'],
    ].entries()) {
      const folder = join(scratch.path, `content-${index}`)
      await mkdir(folder)
      for (const name of order) {
        await writeFile(join(folder, name), name.repeat(1000), { mode: index === 0 ? 0o644 : 0o664 })
        await utimes(join(folder, name), index, index)
      }
      await packFolder(folder, join(scratch.path, `${index}.tar.gz`), 1_700_000_000)
      sums.push(await sha256Of(join(scratch.path, `${index}.tar.gz`)))
    }
    expect(sums[0]).toBe(sums[1])
  })
})

describe('a release', () => {
  const version = '3.2.1'
  const target = machineTarget()
  const archive = archiveName(version, target)
  let out: string

  beforeAll(async () => {
    out = join(scratch.path, 'release')
    const words = ['--version', `v${version}`, '--out', out, '--targets', nameOf(target), '--no-system-packages']
    const argv = [join(root, 'scripts', 'release.ts'), ...words, '--base-url', 'https://releases.example/v{version}/']
    expect(await runProcess(process.execPath, argv)).toMatchObject({ code: 0, stderr: '' })
  })

  test('has all its files, under the names of the official ones, with their checksums', async () => {
    const sums = await readFile(join(out, checksumsName(version)), 'utf8')
    const names = sums
      .trim()
      .split('\n')
      .map((line) => line.split('  ')[1])
    expect(names).toEqual((await readdir(out)).filter((name) => name !== checksumsName(version)).sort())
    expect(names).toEqual([
      'cnpg.yaml',
      'install.sh',
      'k9s-plugin.yaml',
      `kubectl-cnpg-${version}.tgz`,
      'kubectl-cnpg.1',
      'kubectl-cnpg.rb',
      `kubectl-cnpg_${version}.spdx.json`,
      archive,
      'latest.txt',
    ])
    expect(await runProcess('sha256sum', ['--check', '--quiet', checksumsName(version)], { cwd: out })).toMatchObject({
      code: 0,
    })
  })

  test('has the executable that is made elsewhere of the same sources', async () => {
    const folder = join(scratch.path, 'elsewhere')
    await mkdir(folder)
    const program = await bundleParts(join(folder, 'parts'), version)
    const [runtime, system] = [bunExecutable(), target.runtime.split('/')[1]!]
    await compileBinary({ program, outfile: join(folder, 'kubectl-cnpg'), runtime, system })
    const { code } = await runProcess('tar', ['-xzf', join(out, archive), '-C', folder, '--one-top-level=archive'])
    expect(code).toBe(0)
    expect(await sha256Of(join(folder, 'archive', 'kubectl-cnpg'))).toBe(await sha256Of(join(folder, 'kubectl-cnpg')))
  })

  test('is installed by its install.sh, and runs', async () => {
    const server = await serveFolder(out)
    const dir = join(scratch.path, 'bin')
    try {
      const line = `curl -sSfL ${server.url}/install.sh | sh -s -- -b '${dir}'`
      const env = { ...process.env, KUBECTL_CNPG_BASE_URL: server.url }
      expect(await runProcess('/bin/sh', ['-c', line], { env })).toMatchObject({ code: 0 })
    } finally {
      await server.close()
    }
    const { stdout } = await runProcess(join(dir, 'kubectl-cnpg'), ['version'])
    expect(stdout).toContain(`Version:${version} `)
    expect(await readFile(join(out, 'install.sh'), 'utf8')).toContain(
      "\nBASE_URL='https://releases.example/v{version}'\n",
    )
  })

  test('has an npm package with the bundle alone', async () => {
    const folder = join(scratch.path, 'npm')
    await mkdir(folder)
    await runProcess('tar', ['-xzf', join(out, `kubectl-cnpg-${version}.tgz`), '-C', folder])
    const manifest = JSON.parse(await readFile(join(folder, 'package', 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >
    expect(manifest).toMatchObject({ name: 'kubectl-cnpg', version, type: 'module' })
    for (const name of ['private', 'scripts', 'dependencies', 'devDependencies', 'files'])
      expect(manifest).not.toHaveProperty(name)
    const env = { PATH: process.env['PATH'], HOME: scratch.path }
    const ran = await runProcess(process.execPath, [join(folder, 'package', 'bin', 'kubectl-cnpg'), 'version'], { env })
    expect(ran.stdout).toContain(`Version:${version} `)
  })

  test('has the same npm package under any umask', async () => {
    const made = await Promise.all(
      ['022', '077'].map(async (umask) => {
        const outfile = join(scratch.path, `${umask}.tgz`)
        const code = `import { packNpm } from './scripts/release/npm-package.ts'
          process.umask(0o${umask}); await packNpm('1.2.3', 'package.json', 'LICENSE', ${JSON.stringify(outfile)})`
        const argv = ['--input-type=module', '--eval', code]
        expect(await runProcess(process.execPath, argv, { cwd: root })).toMatchObject({ code: 0, stderr: '' })
        return sha256Of(outfile)
      }),
    )
    expect(made[0]).toBe(made[1])
  })

  test('says what it is made of', async () => {
    const spdx = JSON.parse(await readFile(join(out, `kubectl-cnpg_${version}.spdx.json`), 'utf8')) as {
      spdxVersion: string
      packages: { name: string; versionInfo: string }[]
    }
    expect(spdx.spdxVersion).toBe('SPDX-2.3')
    const names = spdx.packages.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['kubectl-cnpg', '@kubernetes/client-node', 'pg', 'bun']))
    for (const absent of ['vitest', 'undici']) expect(names).not.toContain(absent)
  })

  test('has the licenses of all that is in it, in the archive and the npm package', async () => {
    const licenses = async (file: string, place: string) =>
      (await runProcess('tar', ['-xzOf', join(out, file), place])).stdout
    const text = await licenses(archive, './THIRD-PARTY-LICENSES')
    for (const name of ['@kubernetes/client-node 2', 'commander 1', 'pg 8', 'ws 8', 'Bun 1'])
      expect(text).toContain(name)
    expect(text).toContain('Copyright (c) 2010 - 2021 Brian Carlson')
    expect(await licenses(`kubectl-cnpg-${version}.tgz`, 'package/THIRD-PARTY-LICENSES')).toBe(text)
  })

  test('refuses what is no version, and unknown systems', async () => {
    const release = (...words: string[]) =>
      runProcess(process.execPath, [join(root, 'scripts', 'release.ts'), '--out', out, ...words])
    expect(await release()).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'Error: --version is missing, or no version like 1.2.3\n',
    })
    expect((await release('--version', '1')).stderr).toContain('no version like 1.2.3')
    expect((await release('--verzion', '1.2.3')).stderr).toContain("Unknown option '--verzion'")
    expect(existsSync(join(out, archive)), 'what was there').toBe(true)
  })

  test('refuses addresses, maintainers and systems that are none, before it does anything', () => {
    const options = (...words: string[]) => releaseOptions(['--version', 'v1.2.3', ...words], {})
    expect(options('--base-url', 'https://releases.example/')).toMatchObject({
      version: '1.2.3',
      baseUrl: 'https://releases.example',
    })
    expect(() => options('--base-url', 'releases.example')).toThrow('no http or https address')
    expect(() => options('--base-url', "https://x/'; rm -rf /")).toThrow('no http or https address')
    expect(() => options('--maintainer', 'nobody')).toThrow('NAME <ADDRESS>')
    expect(() => options('--targets', 'plan9')).toThrow('there is no target plan9: linux_x86_64')
    expect(releaseOptions(['--version', '1.2.3'], { KUBECTL_CNPG_MAINTAINER: 'A <a@b.example>' }).maintainer).toBe(
      'A <a@b.example>',
    )
  })
})

describe('the folder of a release', () => {
  test('is refused when it is not empty and no release, and nothing is removed', async () => {
    const folder = join(scratch.path, 'mine')
    await mkdir(folder)
    await writeFile(join(folder, 'precious'), '')
    await expect(replaceFolder(folder, () => Promise.resolve())).rejects.toThrow('other files in it')
    expect(await readdir(folder)).toEqual(['precious'])
  })

  test('stays as it was until the new one is whole', async () => {
    const folder = join(scratch.path, 'deep', 'down')
    await replaceFolder(folder, (made) => writeFile(join(made, checksumsName('1.0.0')), ''))
    const failing = replaceFolder(folder, async (made) => {
      await writeFile(join(made, checksumsName('2.0.0')), '')
      throw new Error('no space')
    })
    await expect(failing).rejects.toThrow('no space')
    expect(await readdir(folder)).toEqual([checksumsName('1.0.0')])
    await replaceFolder(folder, (made) => writeFile(join(made, checksumsName('3.0.0')), ''))
    expect(await readdir(folder)).toEqual([checksumsName('3.0.0')])
    expect(await readdir(dirname(folder)), 'what was made in between').toEqual(['down'])
  })
})

test('a release that is interrupted leaves nothing behind', async () => {
  const folder = join(scratch.path, 'interrupted', 'release')
  const code = `import { replaceFolder } from './scripts/release/replace-folder.ts'
    await replaceFolder(${JSON.stringify(folder)}, () => {
      process.kill(process.pid, 'SIGTERM')
      return new Promise((resolve) => setTimeout(resolve, 60_000))
    })`
  const ended = await runProcess(process.execPath, ['--input-type=module', '--eval', code], { cwd: root })
  expect(ended).toMatchObject({ code: 143, stderr: '' })
  expect(await readdir(dirname(folder))).toEqual([])
})

describe('manifests', () => {
  const released = targets.map((target) => ({
    target,
    sha256: createHash('sha256').update(nameOf(target)).digest('hex'),
  }))
  const base = 'https://releases.example/v{version}'

  test('krew’s names each archive with its checksum', () => {
    const manifest = load(krewManifest('1.2.3', released, base)) as {
      spec: {
        version: string
        platforms: { selector: { matchLabels: object }; uri: string; sha256: string; bin: string }[]
      }
    }
    expect(manifest.spec.version).toBe('v1.2.3')
    expect(manifest.spec.platforms.map(({ selector }) => Object.values(selector.matchLabels).join('/'))).toEqual([
      'linux/amd64',
      'linux/arm64',
      'darwin/amd64',
      'darwin/arm64',
      'windows/amd64',
    ])
    expect(manifest.spec.platforms[3]).toMatchObject({
      uri: 'https://releases.example/v1.2.3/kubectl-cnpg_1.2.3_darwin_arm64.tar.gz',
      sha256: released[5]?.sha256,
      bin: 'kubectl-cnpg',
    })
    expect(manifest.spec.platforms[4]).toMatchObject({ bin: 'kubectl-cnpg.exe' })
  })

  test('Homebrew’s has macOS and Linux, Intel and ARM', () => {
    const formula = homebrewFormula('1.2.3', released, base)
    expect(formula.match(/url "https:\/\/releases\.example\/v1\.2\.3\/[^"]+"/g)).toHaveLength(4)
    for (const index of [0, 1, 4, 5]) expect(formula).toContain(`sha256 "${released[index]?.sha256}"`)
  })

  test('without an address they say so', () => {
    expect(krewManifest('1.2.3', released, undefined)).toMatch(/^# Made without --base-url/)
    expect(homebrewFormula('1.2.3', released, undefined)).toMatch(/^# Made without --base-url/)
  })
})
