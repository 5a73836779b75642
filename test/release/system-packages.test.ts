import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Of } from '../../scripts/release/archive.ts'
import { nfpmHere } from '../../scripts/release/nfpm.ts'
import { writeExtras } from '../../scripts/release/package-extras.ts'
import {
  configOf,
  type Format,
  FORMATS,
  NO_MAINTAINER,
  packSystem,
  type SystemPackage,
} from '../../scripts/release/system-packages.ts'
import { targets } from '../../scripts/release/targets.ts'
import { root, runProcess } from '../helpers/process.ts'
import { onPath, scratchFolder } from './support.ts'

const nfpm = await nfpmHere()

let scratch: { path: string; remove: () => Promise<void> }
let content: string
let extras: string

beforeAll(async () => {
  scratch = await scratchFolder('packages-test-')
  content = join(scratch.path, 'content')
  extras = join(scratch.path, 'extras')
  await mkdir(content)
  for (const name of ['LICENSE', 'CHANGELOG.md']) await cp(join(root, name), join(content, name))
  await writeFile(join(content, 'THIRD-PARTY-LICENSES'), 'licenses\n')
  await writeFile(join(content, 'kubectl-cnpg.1'), '.TH KUBECTL\\-CNPG 1\n')
  await writeFile(join(content, 'kubectl-cnpg'), 'a program\n', { mode: 0o700 })
  await cp(join(root, 'bin', 'kubectl_complete-cnpg'), join(content, 'kubectl_complete-cnpg'))
  await writeExtras(extras, content)
})
afterAll(() => scratch?.remove())

function packOf(format: Format, version = '1.2.3', name = `package.${format}`): SystemPackage {
  const outfile = join(scratch.path, name)
  return { version, target: targets[0]!, maintainer: NO_MAINTAINER, content, extras, format, outfile, epoch: 1.7e9 }
}

/** What both formats have, with its mode. */
const COMMON = {
  '/usr/bin/kubectl-cnpg': '755',
  '/usr/bin/kubectl_complete-cnpg': '755',
  '/usr/share/bash-completion/completions/kubectl-cnpg': '644',
  '/usr/share/fish/vendor_completions.d/kubectl-cnpg.fish': '644',
  '/usr/share/man/man1/kubectl-cnpg.1.gz': '644',
  '/usr/share/man/man1/kubectl_complete-cnpg.1.gz': '777',
}
const DEB = {
  ...COMMON,
  '/usr/share/doc/kubectl-cnpg/THIRD-PARTY-LICENSES.gz': '644',
  '/usr/share/doc/kubectl-cnpg/changelog.gz': '644',
  '/usr/share/doc/kubectl-cnpg/copyright': '644',
  '/usr/share/lintian/overrides/kubectl-cnpg': '644',
  '/usr/share/zsh/vendor-completions/_kubectl-cnpg': '644',
}
const RPM = {
  ...COMMON,
  '/usr/share/doc/kubectl-cnpg': '755',
  '/usr/share/doc/kubectl-cnpg/CHANGELOG.md': '644',
  '/usr/share/licenses/kubectl-cnpg': '755',
  '/usr/share/licenses/kubectl-cnpg/LICENSE': '644',
  '/usr/share/licenses/kubectl-cnpg/THIRD-PARTY-LICENSES': '644',
  '/usr/share/zsh/site-functions/_kubectl-cnpg': '644',
}

describe.each([
  ['deb' as const, DEB],
  ['rpm' as const, RPM],
])('a %s', (format, wanted) => {
  test('is made of files that are there, each in the place of its distributions', () => {
    const { contents } = configOf(packOf(format))
    expect(Object.fromEntries(contents.map(({ dst, file_info }) => [dst, file_info.mode.toString(8)]))).toEqual(wanted)
    for (const { src, type } of contents) {
      if (src !== undefined && type !== 'symlink') expect(existsSync(src), src).toBe(true)
    }
  })

  test('has no scripts, and no address of somebody else', () => {
    const config = configOf(packOf(format))
    expect(config).not.toHaveProperty('scripts')
    expect(config.maintainer).toMatch(/^[^<]+ <[^@]+@[^>]+\.invalid>$/)
  })
})

test('the extras are the completions that the program prints, and texts that are packed without time or name', async () => {
  const program = join(root, 'bin', 'kubectl-cnpg')
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await runProcess(process.execPath, [program, 'completion', shell])
    expect(await readFile(join(extras, `kubectl-cnpg.${shell}`), 'utf8')).toBe(stdout)
  }
  const page = await readFile(join(extras, 'kubectl-cnpg.1.gz'))
  expect(gunzipSync(page).toString()).toBe('.TH KUBECTL\\-CNPG 1\n')
  expect([...page.subarray(3, 8)], 'flags and time').toEqual([0, 0, 0, 0, 0])
})

describe.runIf(nfpm !== undefined)('made by nFPM', () => {
  test('twice they are the same, whatever the times and modes of their files', async () => {
    const sums = async (name: string) => {
      for (const format of FORMATS) await packSystem(nfpm!, packOf(format, '1.2.3', `${name}.${format}`))
      return Promise.all(FORMATS.map((format) => sha256Of(join(scratch.path, `${name}.${format}`))))
    }
    const first = await sums('first')
    await utimes(join(content, 'LICENSE'), 1, 1)
    await utimes(join(extras, 'copyright'), 1, 1)
    await chmod(join(extras, 'kubectl-cnpg.bash'), 0o600)
    expect(await sums('second')).toEqual(first)
  })

  test.runIf(onPath('dpkg-deb') !== undefined)('dpkg reads the deb', async () => {
    const pack = packOf('deb', '1.2.3-rc.1')
    await packSystem(nfpm!, pack)
    const field = (name: string) => runProcess('dpkg-deb', ['--field', pack.outfile, name])
    expect((await field('Version')).stdout).toBe('1.2.3~rc.1-1\n')
    expect((await field('Architecture')).stdout).toBe('amd64\n')
    expect((await field('Maintainer')).stdout).toBe(`${NO_MAINTAINER}\n`)
    expect((await field('Depends')).stdout).toBe('libc6 (>= 2.17)\n')
    const { stdout } = await runProcess('dpkg-deb', ['--contents', pack.outfile])
    const files = stdout.split('\n').filter((line) => /^[-l]/.test(line))
    expect(files.map((line) => /\.(\/\S+)/.exec(line)?.[1]).sort()).toEqual(
      [...Object.keys(DEB), '/usr/share/doc/kubectl-cnpg/changelog.Debian.gz'].sort(),
    )
    expect(files.find((line) => line.endsWith('/usr/bin/kubectl-cnpg'))).toMatch(/^-rwxr-xr-x root\/root /)
    const { stdout: control } = await runProcess('sh', ['-c', `dpkg-deb --ctrl-tarfile '${pack.outfile}' | tar -t`])
    expect(control.trim().split('\n').sort()).toEqual(['./control', './md5sums'])
  })

  test.runIf(onPath('rpm') !== undefined)('rpm reads the rpm', async () => {
    const pack = packOf('rpm')
    await packSystem(nfpm!, pack)
    const query = async (...words: string[]) =>
      (await runProcess('rpm', ['--query', '--package', ...words, pack.outfile])).stdout
    expect(await query('--queryformat', '[%{FILENAMES} %{FILEMODES:octal} %{FILEUSERNAME}\n]')).toContain(
      '/usr/bin/kubectl-cnpg 100755 root\n',
    )
    expect((await query('--list')).trim().split('\n').sort()).toEqual(Object.keys(RPM).sort())
    expect(await query('--licensefiles')).toContain('/usr/share/licenses/kubectl-cnpg/LICENSE\n')
    expect(await query('--scripts')).toBe('')
    expect(await query('--requires')).toBe('glibc >= 2.17\n')
    expect(await query('--queryformat', '%{PACKAGER}')).toBe(NO_MAINTAINER)
  })
})
