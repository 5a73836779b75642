import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle } from '../../scripts/build/bundle.ts'
import { compileBinary } from '../../scripts/build/compile.ts'
import { bundleParts } from '../../scripts/build/parts.ts'
import { type Ended, root, runProcess } from '../helpers/process.ts'

export interface Built {
  /** Paths of the executable, and of the bundle of the same sources. */
  binary: string
  bundle: string
}

/** The executable of the present sources; built when it is not there from an earlier file or run. */
export async function buildOnce(): Promise<Built> {
  const cache = join(root, 'node_modules', '.cache', 'kubectl-cnpg')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'building-'))
  try {
    await bundle({ outfile: join(folder, 'cli.cjs') })
    const program = await bundleParts(folder)
    const hash = createHash('sha256')
    for (const file of program.files) hash.update(await readFile(join(folder, file)))
    // How it is compiled is part of what it is.
    for (const file of ['scripts/build/compile.ts', 'package.json']) hash.update(await readFile(join(root, file)))
    const place = join(cache, `binary-${hash.digest('hex').slice(0, 16)}`)
    if (!existsSync(place)) {
      await removeOld(cache)
      await compileBinary({ program, outfile: join(folder, 'kubectl-cnpg') })
      await keepOnly(folder, place)
    }
    return { binary: join(place, 'kubectl-cnpg'), bundle: join(place, 'cli.cjs') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Each is some 120 MB. */
async function removeOld(cache: string): Promise<void> {
  const old = (await readdir(cache)).filter((name) => name.startsWith('binary-'))
  await Promise.all(old.map((name) => rm(join(cache, name), { recursive: true, force: true })))
}

/** Puts a finished folder in its place; another file of tests may have been quicker. */
async function keepOnly(folder: string, place: string): Promise<void> {
  await rename(folder, place).catch((error: unknown) => {
    if (!existsSync(place)) throw error
  })
}

/** A home of its own, with a kubeconfig in it, for runs of the binary. */
export interface Home {
  folder: string
  env: NodeJS.ProcessEnv
  /** Runs a program there. */
  run(program: string, words: readonly string[], options?: RunOptions): Promise<Ended>
  remove(): Promise<void>
}

export interface RunOptions {
  kubeconfig?: string | object
  env?: NodeJS.ProcessEnv
  cwd?: string
  stdin?: string
}

export async function makeHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'binary-test-'))
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: join(folder, 'config') }
  return {
    folder,
    env,
    async run(program, words, { kubeconfig, env: more = {}, ...options } = {}) {
      const text = typeof kubeconfig === 'object' ? JSON.stringify(kubeconfig) : kubeconfig
      if (text !== undefined) await writeFile(env.KUBECONFIG, text, { mode: 0o600 })
      return runProcess(program, words, { cwd: folder, ...options, env: { ...env, ...more } })
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
