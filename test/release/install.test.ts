import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { installerFor } from '../../scripts/release/installer.ts'
import { archiveName, checksumsName } from '../../scripts/release/targets.ts'
import { type Ended, root, runProcess } from '../helpers/process.ts'
import {
  contentOf,
  type FileServer,
  machineTarget,
  makeRelease,
  onPath,
  scratchFolder,
  scriptOf,
  serveFolder,
} from './support.ts'

const script = join(root, 'install.sh')

const shells: [string, string[]][] = [
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
]
const shellsHere = shells.filter(([, [program = '']]) => onPath(program) !== undefined)

let scratch: { path: string; remove: () => Promise<void> }
let releases: string
let server: FileServer
/** Where each test installs to, and where temporary files go. */
let dir: string
let temporary: string
let count = 0

const archive = archiveName('1.2.3', machineTarget())

beforeAll(async () => {
  scratch = await scratchFolder('install-test-')
  releases = join(scratch.path, 'releases')
  await mkdir(releases)
  await makeRelease(releases, '1.2.0')
  await makeRelease(releases, '1.2.3')
  await cp(script, join(releases, 'install.sh'))
  server = await serveFolder(releases)
})
beforeEach(async () => {
  dir = join(scratch.path, `bin-${++count}`)
  temporary = join(scratch.path, `tmp-${count}`)
  await mkdir(temporary, { mode: 0o777 })
  server.asked.length = 0
  server.instead = undefined
})
afterEach(async () => {
  // Nothing is left behind, whatever happened.
  expect(await readdir(temporary)).toEqual([])
  const left = existsSync(dir) ? await readdir(dir) : []
  expect(left.filter((name) => name.startsWith('.'))).toEqual([])
})
afterAll(async () => {
  await server?.close()
  await scratch?.remove()
})

interface Run {
  shell?: string[]
  env?: NodeJS.ProcessEnv
  base?: string
  path?: string
  text?: string
}

/** Runs the script as `curl … | sh -s -- WORDS` does. */
async function install(
  words: string[],
  { shell = ['sh'], env = {}, base = server.url, path, text }: Run = {},
): Promise<Ended> {
  const [program = 'sh', ...before] = shell
  return runProcess(program, [...before, '-s', '--', ...words], {
    stdin: text ?? (await readFile(script, 'utf8')),
    cwd: scratch.path,
    env: {
      PATH: path ?? `${dir}:${process.env['PATH']}`,
      HOME: scratch.path,
      TMPDIR: temporary,
      KUBECTL_CNPG_BASE_URL: base,
      ...env,
    },
  })
}

const installed = (): Promise<string | undefined> => contentOf(join(dir, 'kubectl-cnpg'))

/** Puts an older version in place, which failures have to leave alone. */
async function installOld(): Promise<void> {
  expect(await install(['-b', dir, 'v1.2.0'])).toMatchObject({ code: 0 })
  server.asked.length = 0
}

describe.each(shellsHere)('in %s', (_name, shell) => {
  test('installs the latest version, and tells what it does', async () => {
    const ended = await install(['-b', dir], { shell })
    const { arch } = machineTarget()
    expect(ended.stderr.replace(/^warning kubectl is not.*\n/m, '')).toBe(`info checking for the latest version
info found version: 1.2.3 for linux/${arch}
info downloading ${archive}
info verified sha256
info installed ${dir}/kubectl-cnpg and ${dir}/kubectl_complete-cnpg
info try: kubectl cnpg status CLUSTER
`)
    expect(ended).toMatchObject({ code: 0, stdout: '' })
    expect(await runProcess(join(dir, 'kubectl-cnpg'), [])).toMatchObject({
      code: 0,
      stdout: 'Build: {Version:1.2.3}\n',
    })
    expect(await contentOf(join(dir, 'kubectl_complete-cnpg'))).toContain('__complete')
  })

  test('refuses a wrong checksum, and keeps what was there', async () => {
    await installOld()
    server.instead = (path, response) => path.endsWith('.tar.gz') && Boolean(response.end('something else'))
    const ended = await install(['-b', dir], { shell })
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain(`error the checksum of ${archive} is wrong`)
    expect(await installed()).toBe(scriptOf('1.2.0'))
  })

  test('updates, and uninstalls', async () => {
    await installOld()
    expect(await install(['-b', dir], { shell })).toMatchObject({ code: 0 })
    expect(await installed()).toBe(scriptOf('1.2.3'))
    expect(await install(['-u', '-b', dir], { shell })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('info removed') as string,
    })
    expect(await readdir(dir)).toEqual([])
  })
})

test('as its users call it: curl | sh', async () => {
  const line = `curl -sSfL ${server.url}/install.sh | sh -s -- -b '${dir}'`
  const env = { ...process.env, TMPDIR: temporary, KUBECTL_CNPG_BASE_URL: server.url }
  expect(await runProcess('/bin/sh', ['-c', line], { env })).toMatchObject({ code: 0 })
  expect(await installed()).toBe(scriptOf('1.2.3'))
})

describe('keeps the old version', () => {
  beforeEach(installOld)
  afterEach(async () => expect(await installed()).toBe(scriptOf('1.2.0')))

  async function fails(words: string[], message: RegExp, run?: Run): Promise<void> {
    const ended = await install(['-b', dir, ...words], run)
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(message)
  }
  const halves = async (): Promise<[Buffer, number]> => {
    const whole = await readFile(join(releases, archive))
    return [whole.subarray(0, whole.length / 2), whole.length]
  }

  test('when the archive is truncated', async () => {
    const [half] = await halves()
    server.instead = (path, response) => path.endsWith('.tar.gz') && Boolean(response.end(half))
    await fails([], /the checksum of .* is wrong/)
  })

  test('when the download is cut off', async () => {
    const [half, length] = await halves()
    server.instead = (path, response, request) => {
      if (!path.endsWith('.tar.gz')) return false
      response.writeHead(200, { 'Content-Length': String(length) })
      response.write(half, () => request.socket.destroy())
      return true
    }
    await fails([], /cannot download .*\.tar\.gz/)
  })

  test('when there is no such version, no checksum, or no latest', async () => {
    await fails(['9.9.9'], /release 9\.9\.9 has no kubectl-cnpg_9\.9\.9/)
    server.instead = (path, response) => path.endsWith('checksums.txt') && Boolean(response.end(`00  other.tar.gz\n`))
    await fails([], /does not name kubectl-cnpg_1\.2\.3/)
    server.instead = (path, response) => path.endsWith('checksums.txt') && Boolean(response.writeHead(404).end())
    await fails([], /has no checksums/)
    server.instead = (path, response) => path.endsWith('latest.txt') && Boolean(response.writeHead(404).end())
    await fails([], /there is no http.*latest\.txt/)
    server.instead = (path, response) => path.endsWith('latest.txt') && Boolean(response.end('<html>\u001b[31m</html>'))
    await fails([], /this is no version: <html>\[31m<\/html>\n/)
    server.instead = (_path, response) => Boolean(response.writeHead(500).end())
    await fails([], /the server answered 500/)
  })

  test('when nobody answers', () => fails([], /cannot download/, { base: 'http://127.0.0.1:1' }))

  test('when there is no space', async () => {
    await makeRelease(releases, '1.2.4', `${scriptOf('1.2.4')}exit\n${'#'.repeat(400_000)}`)
    await writeFile(join(releases, 'latest.txt'), '1.2.3\n')
    // A file may have no more than so many blocks of 512 bytes: the packed download fits, the program does not.
    const text = await readFile(script, 'utf8')
    await fails(['1.2.4'], /cannot (unpack|write to)/, { text: `ulimit -f 100\ntrap '' XFSZ\n${text}` })
  })

  test('when the new program does not run here', async () => {
    await makeRelease(releases, '1.2.5', '#!/nonexistent/loader\n')
    await writeFile(join(releases, 'latest.txt'), '1.2.3\n')
    await fails(['1.2.5'], /does not run on this machine/)
  })
})

describe('the folder', () => {
  test.runIf(process.getuid?.() === 0)('that one may not write to', async () => {
    await mkdir(dir, { mode: 0o755 })
    // As root everything may be written.
    const shell = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'sh']
    const { chmod } = await import('node:fs/promises')
    await chmod(temporary, 0o777)
    const ended = await install(['-b', dir], { shell })
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain(`error no right to write to ${dir}`)
    expect(ended.stderr).toContain('-b "$HOME/.local/bin"')
  })

  test('that is a file', async () => {
    await writeFile(dir, '')
    const ended = await install(['-b', join(dir, 'bin')])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(`cannot make ${dir}/bin`) as string })
    await rm(dir)
  })

  test('is made, may have blanks and be relative, and is told when it is not on PATH', async () => {
    const name = `bin-${count}/with a blank`
    const ended = await install(['-b', name], { path: process.env['PATH']! })
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.stderr).toContain(`warning ${scratch.path}/${name} is not on PATH`)
    expect(existsSync(join(scratch.path, name, 'kubectl-cnpg'))).toBe(true)
  })

  test('that has nothing to uninstall', async () => {
    expect(await install(['-u', '-b', dir])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not installed') as string,
    })
  })
})

describe('the download', () => {
  /** A PATH with the programs that every system has, and these. */
  async function pathWith(names: string[], scripts: Record<string, string> = {}): Promise<string> {
    const folder = join(scratch.path, `path-${count}`)
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
    expect(await install(['-b', dir], { path })).toMatchObject({ code: 0 })
    expect((await install(['-b', dir, '9.9.9'], { path })).stderr).toContain('release 9.9.9 has no')
  })

  test('takes curl or wget, and a checksum program', async () => {
    expect((await install(['-b', dir], { path: await pathWith([]) })).stderr).toContain('neither curl nor wget')
  })

  test.each([
    ['musl', { ldd: 'echo "musl libc (x86_64)" >&2; exit 1' }, 'linux_x86_64_musl'],
    ['glibc', { ldd: 'echo "ldd (GNU libc) 2.36"' }, 'linux_x86_64'],
    ['an ARM machine', { uname: '[ "$1" = -s ] && echo Linux || echo aarch64', ldd: 'echo GNU' }, 'linux_arm64'],
    ['a Mac', { uname: '[ "$1" = -s ] && echo Darwin || echo arm64' }, 'darwin_arm64'],
  ])('is that for %s', async (_name, scripts: Record<string, string>, name) => {
    const uname = '[ "$1" = -s ] && echo Linux || echo x86_64'
    const path = await pathWith(['curl'], { uname, ...scripts })
    expect(await install(['-b', dir], { path })).toMatchObject({ code: 0 })
    expect(server.asked).toContain(`/kubectl-cnpg_1.2.3_${name}.tar.gz`)
  })

  test('is none for another system', async () => {
    const path = await pathWith(['curl'], { uname: 'echo Plan9' })
    expect(await install(['-b', dir], { path })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no release for the system plan9') as string,
    })
  })

  test('goes through a proxy', async () => {
    const env = { http_proxy: server.url }
    expect(
      await install(['-b', dir], { env, base: 'http://releases.invalid/cnpg', path: `${dir}:${process.env['PATH']}` }),
    ).toMatchObject({ code: 1 })
    expect(server.asked).toEqual(['http://releases.invalid/cnpg/latest.txt'])
  })

  test('finds releases whose addresses have the version in them', async () => {
    server.instead = (path, response) => path === '/latest/download/latest.txt' && Boolean(response.end('1.2.3\n'))
    const ended = await install(['-b', dir, '-d'], { base: `${server.url}/download/v{version}` })
    expect(ended.code).toBe(1)
    expect(server.asked).toEqual(['/latest/download/latest.txt', `/download/v1.2.3/${archive}`])
    expect(ended.stderr).toContain(`debug downloading ${server.url}/download/v1.2.3/${archive}`)
  })
})

describe('the script itself', () => {
  test('does nothing when it was cut off', async () => {
    const text = await readFile(script, 'utf8')
    for (let length = 400; length < text.length - 10; length += 977) {
      await install(['-b', dir], { text: text.slice(0, length) })
    }
    await install(['-b', dir], { text: text.slice(0, text.lastIndexOf('main "$@"') + 3) })
    expect(server.asked).toEqual([])
    expect(existsSync(dir)).toBe(false)
  })

  test('knows the address that the release put in', async () => {
    const text = installerFor(await readFile(script, 'utf8'), server.url)
    expect(await install(['-b', dir], { text, base: '' })).toMatchObject({ code: 0 })
    expect(() => installerFor(text, server.url)).toThrow('no line for the address')
    expect(() => installerFor("BASE_URL=''", "https://x'; rm -rf /")).toThrow('no http')
  })

  test('says that it knows no address', async () => {
    const ended = await install(['-b', dir], { base: '' })
    expect(ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('KUBECTL_CNPG_BASE_URL') as string,
    })
    expect(server.asked).toEqual([])
  })

  test('builds from the sources in a checkout', async () => {
    const checkout = join(scratch.path, 'checkout')
    await mkdir(join(checkout, 'bin'), { recursive: true })
    for (const name of ['install.sh', 'package.json', 'bin/kubectl_complete-cnpg'])
      await cp(join(root, name), join(checkout, name))
    const fake = join(scratch.path, 'fake-npm')
    await mkdir(fake)
    const steps = `echo "$@" >> log; mkdir -p dist; printf '%s' '${scriptOf('0.0.0')}' > dist/kubectl-cnpg; chmod 755 dist/kubectl-cnpg`
    await writeFile(join(fake, 'npm'), `#!/bin/sh\n${steps}\n`, { mode: 0o755 })
    const env = { PATH: `${fake}:${process.env['PATH']}`, TMPDIR: temporary, HOME: scratch.path }
    const ended = await runProcess('sh', [join(checkout, 'install.sh'), '-b', dir], { env })
    expect(ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`building from the sources in ${checkout}`) as string,
    })
    expect(await contentOf(join(checkout, 'log'))).toBe('ci\nrun build:binary\n')
    expect(existsSync(join(dir, 'kubectl-cnpg'))).toBe(true)
  })

  test.each([[['-x']], [['1.2.3', '1.2.4']]])('refuses %j with its usage', async (words) => {
    expect(await install(words)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Usage: install.sh') as string,
    })
  })

  test.runIf(onPath('shellcheck') !== undefined)('shellcheck finds nothing in it', async () => {
    const files = ['install.sh', 'bin/kubectl_complete-cnpg'].map((name) => join(root, name))
    expect(await runProcess('shellcheck', files)).toMatchObject({ code: 0, stdout: '' })
  })

  test('names its checksums as the release does', () => {
    expect(checksumsName('1.2.3')).toBe('cnpg-1.2.3-checksums.txt')
  })
})
