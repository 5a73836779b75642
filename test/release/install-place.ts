import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type Ended, root, runProcess } from '../helpers/process.ts'
import { contentOf, type FileServer, makeRelease, scratchFolder, serveFolder } from './support.ts'

export const script = join(root, 'install.sh')

/** Where the tests of a file install from and to. */
export interface Place {
  /** A folder that is gone afterwards. */
  scratch: string
  /** The folder with the releases 1.2.0 and 1.2.3, and what serves it. */
  releases: string
  server: FileServer
  /** Where this test installs to, and where temporary files go. */
  dir: string
  temporary: string
  /** Another one for each test. */
  count: number
  install(words: string[], run?: Run): Promise<Ended>
  /** Contents of the installed program. */
  installed(): Promise<string | undefined>
}

export interface Run {
  shell?: string[]
  env?: NodeJS.ProcessEnv
  base?: string
  path?: string
  text?: string
}

/** Registers the hooks that make a place for each test, and see to it that nothing is left behind. */
export function placeForTests(): Place {
  const here = { count: 0, install, installed: () => contentOf(join(here.dir, 'kubectl-cnpg')) } as Place
  let removeScratch: (() => Promise<void>) | undefined

  beforeAll(async () => {
    const scratch = await scratchFolder('install-test-')
    here.scratch = scratch.path
    removeScratch = scratch.remove
    here.releases = join(here.scratch, 'releases')
    await mkdir(here.releases)
    await makeRelease(here.releases, '1.2.0')
    await makeRelease(here.releases, '1.2.3')
    await cp(script, join(here.releases, 'install.sh'))
    here.server = await serveFolder(here.releases)
  })
  beforeEach(async () => {
    here.dir = join(here.scratch, `bin-${++here.count}`)
    here.temporary = join(here.scratch, `tmp-${here.count}`)
    await mkdir(here.temporary, { mode: 0o777 })
    here.server.asked.length = 0
    here.server.instead = undefined
  })
  afterEach(async () => {
    expect(await readdir(here.temporary)).toEqual([])
    const left = existsSync(here.dir) ? await readdir(here.dir) : []
    expect(left.filter((name) => name.startsWith('.'))).toEqual([])
  })
  afterAll(async () => {
    await here.server?.close()
    await removeScratch?.()
  })
  return here

  /** Runs the script as `curl … | sh -s -- WORDS` does. */
  async function install(
    words: string[],
    { shell = ['sh'], env = {}, base = here.server.url, path, text }: Run = {},
  ): Promise<Ended> {
    const [program = 'sh', ...before] = shell
    return runProcess(program, [...before, '-s', '--', ...words], {
      stdin: text ?? (await readFile(script, 'utf8')),
      cwd: here.scratch,
      env: {
        PATH: path ?? `${here.dir}:${process.env['PATH']}`,
        HOME: here.scratch,
        TMPDIR: here.temporary,
        KUBECTL_CNPG_BASE_URL: base,
        ...env,
      },
    })
  }
}
