import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { installerFor } from '../../scripts/release/installer.ts'
import { archiveName, checksumsName } from '../../scripts/release/targets.ts'
import { root, runProcess } from '../helpers/process.ts'
import { placeForTests, type Run, script } from './install-place.ts'
import { contentOf, machineTarget, makeRelease, onPath, scriptOf } from './support.ts'

const here = placeForTests()
const archive = archiveName('1.2.3', machineTarget())

const shells: [string, string[]][] = [
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
]
const shellsHere = shells.filter(([, [program = '']]) => onPath(program) !== undefined)

/** Puts an older version in place, which failures have to leave alone. */
async function installOld(): Promise<void> {
  expect(await here.install(['-b', here.dir, 'v1.2.0'])).toMatchObject({ code: 0 })
  here.server.asked.length = 0
}

describe.each(shellsHere)('in %s', (_name, shell) => {
  test('installs the latest version, and tells what it does', async () => {
    const ended = await here.install(['-b', here.dir], { shell })
    const { arch } = machineTarget()
    expect(ended.stderr.replace(/^warning kubectl is not.*\n/m, '')).toBe(`info checking for the latest version
info found version: 1.2.3 for linux/${arch}
info downloading ${archive}
info verified sha256
info installed ${here.dir}/kubectl-cnpg and ${here.dir}/kubectl_complete-cnpg
info try: kubectl cnpg status CLUSTER
`)
    expect(ended).toMatchObject({ code: 0, stdout: '' })
    expect(await runProcess(join(here.dir, 'kubectl-cnpg'), [])).toMatchObject({
      code: 0,
      stdout: 'Build: {Version:1.2.3}\n',
    })
    expect(await contentOf(join(here.dir, 'kubectl_complete-cnpg'))).toContain('__complete')
  })

  test('refuses a wrong checksum, and keeps what was there', async () => {
    await installOld()
    here.server.instead = (path, response) => path.endsWith('.tar.gz') && Boolean(response.end('something else'))
    const ended = await here.install(['-b', here.dir], { shell })
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain(`error the checksum of ${archive} is wrong`)
    expect(await here.installed()).toBe(scriptOf('1.2.0'))
  })

  test('updates, and uninstalls', async () => {
    await installOld()
    expect(await here.install(['-b', here.dir], { shell })).toMatchObject({ code: 0 })
    expect(await here.installed()).toBe(scriptOf('1.2.3'))
    expect(await here.install(['-u', '-b', here.dir], { shell })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('info removed') as string,
    })
    expect(await readdir(here.dir)).toEqual([])
  })
})

test('as its users call it: curl | sh', async () => {
  const line = `curl -sSfL ${here.server.url}/install.sh | sh -s -- -b '${here.dir}'`
  const env = { ...process.env, TMPDIR: here.temporary, KUBECTL_CNPG_BASE_URL: here.server.url }
  expect(await runProcess('/bin/sh', ['-c', line], { env })).toMatchObject({ code: 0 })
  expect(await here.installed()).toBe(scriptOf('1.2.3'))
})

describe('keeps the old version', () => {
  beforeEach(installOld)
  afterEach(async () => expect(await here.installed()).toBe(scriptOf('1.2.0')))

  async function fails(words: string[], message: RegExp, run?: Run): Promise<void> {
    const ended = await here.install(['-b', here.dir, ...words], run)
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(message)
  }
  const halves = async (): Promise<[Buffer, number]> => {
    const whole = await readFile(join(here.releases, archive))
    return [whole.subarray(0, whole.length / 2), whole.length]
  }

  test('when the archive is truncated', async () => {
    const [half] = await halves()
    here.server.instead = (path, response) => path.endsWith('.tar.gz') && Boolean(response.end(half))
    await fails([], /the checksum of .* is wrong/)
  })

  test('when the download is cut off', async () => {
    const [half, length] = await halves()
    here.server.instead = (path, response, request) => {
      if (!path.endsWith('.tar.gz')) return false
      response.writeHead(200, { 'Content-Length': String(length) })
      response.write(half, () => request.socket.destroy())
      return true
    }
    await fails([], /cannot download .*\.tar\.gz/)
  })

  test('when there is no such version, no checksum, or no latest', async () => {
    await fails(['9.9.9'], /release 9\.9\.9 has no kubectl-cnpg_9\.9\.9/)
    here.server.instead = (path, response) =>
      path.endsWith('checksums.txt') && Boolean(response.end(`00  other.tar.gz\n`))
    await fails([], /does not name kubectl-cnpg_1\.2\.3/)
    here.server.instead = (path, response) => path.endsWith('checksums.txt') && Boolean(response.writeHead(404).end())
    await fails([], /has no checksums/)
    here.server.instead = (path, response) => path.endsWith('latest.txt') && Boolean(response.writeHead(404).end())
    await fails([], /there is no http.*latest\.txt/)
    here.server.instead = (path, response) =>
      path.endsWith('latest.txt') && Boolean(response.end('<html>\u001b[31m</html>'))
    await fails([], /this is no version: <html>\[31m<\/html>\n/)
    here.server.instead = (_path, response) => Boolean(response.writeHead(500).end())
    await fails([], /the server answered 500/)
  })

  test('when nobody answers', () => fails([], /cannot download/, { base: 'http://127.0.0.1:1' }))

  test('when there is no space', async () => {
    await makeRelease(here.releases, '1.2.4', `${scriptOf('1.2.4')}exit\n${'#'.repeat(400_000)}`)
    await writeFile(join(here.releases, 'latest.txt'), '1.2.3\n')
    // A file may have no more than so many blocks of 512 bytes: the packed download fits, the program does not.
    const text = await readFile(script, 'utf8')
    await fails(['1.2.4'], /cannot (unpack|write to).*\n +\S+/, { text: `ulimit -f 100\ntrap '' XFSZ\n${text}` })
  })

  test('when the new program does not run here', async () => {
    await makeRelease(here.releases, '1.2.5', '#!/nonexistent/loader\n')
    await writeFile(join(here.releases, 'latest.txt'), '1.2.3\n')
    await fails(['1.2.5'], /does not run on this machine/)
  })
})

describe('the script itself', () => {
  test('does nothing when it was cut off', async () => {
    const text = await readFile(script, 'utf8')
    for (let length = 400; length < text.length - 10; length += 977) {
      await here.install(['-b', here.dir], { text: text.slice(0, length) })
    }
    // Of the last line, which calls it all, every cut.
    for (let length = text.lastIndexOf('{ main'); length < text.lastIndexOf('}'); length++) {
      await here.install(['-b', here.dir], { text: text.slice(0, length) })
    }
    expect(here.server.asked).toEqual([])
    expect(existsSync(here.dir)).toBe(false)
  })

  test('knows the address that the release put in', async () => {
    const text = installerFor(await readFile(script, 'utf8'), here.server.url)
    expect(await here.install(['-b', here.dir], { text, base: '' })).toMatchObject({ code: 0 })
    expect(() => installerFor(text, here.server.url)).toThrow('no line for the address')
    expect(() => installerFor("BASE_URL=''", "https://x'; rm -rf /")).toThrow('no http')
  })

  test('says that it knows no address', async () => {
    const ended = await here.install(['-b', here.dir], { base: '' })
    expect(ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('KUBECTL_CNPG_BASE_URL') as string,
    })
    expect(here.server.asked).toEqual([])
  })

  test('builds from the sources in a checkout', async () => {
    const checkout = join(here.scratch, 'checkout')
    await mkdir(join(checkout, 'bin'), { recursive: true })
    for (const name of ['install.sh', 'package.json', 'bin/kubectl_complete-cnpg'])
      await cp(join(root, name), join(checkout, name))
    const fake = join(here.scratch, 'fake-npm')
    await mkdir(fake)
    const steps = `echo "$@" >> log; mkdir -p dist; printf '%s' '${scriptOf('0.0.0')}' > dist/kubectl-cnpg; chmod 755 dist/kubectl-cnpg`
    await writeFile(join(fake, 'npm'), `#!/bin/sh\n${steps}\n`, { mode: 0o755 })
    const env = { PATH: `${fake}:${process.env['PATH']}`, TMPDIR: here.temporary, HOME: here.scratch }
    const ended = await runProcess('sh', [join(checkout, 'install.sh'), '-b', here.dir], { env })
    expect(ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`building from the sources in ${checkout}`) as string,
    })
    expect(await contentOf(join(checkout, 'log'))).toBe('ci\nrun build:binary\n')
    expect(existsSync(join(here.dir, 'kubectl-cnpg'))).toBe(true)
  })

  test.each([[['-x']], [['1.2.3', '1.2.4']]])('refuses %j with its usage', async (words) => {
    expect(await here.install(words)).toMatchObject({
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
