import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cache } from './runtimes.ts'

const run = promisify(execFile)
/** nFPM makes both formats without the tools of either; the Go module proxy has it at this version. */
const NFPM = 'v2.45.2'

const folder = join(cache, `nfpm-${NFPM}`)

/** Path of nFPM, where it is on PATH or was built before. */
export async function nfpmHere(): Promise<string | undefined> {
  if (await works('nfpm', ['--version'])) return 'nfpm'
  const program = join(folder, 'nfpm')
  return existsSync(program) ? program : undefined
}

/** Path of nFPM, built by Go and kept where it is not here yet. Throws when there is no Go either. */
export async function findNfpm(): Promise<string> {
  const here = await nfpmHere()
  if (here !== undefined) return here
  if (!(await works('go', ['version']))) {
    throw new Error(
      'deb and rpm take nFPM (https://nfpm.goreleaser.com) on PATH, or Go to build it; --no-system-packages leaves them out',
    )
  }
  await mkdir(folder, { recursive: true })
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' }
  await run('go', ['install', `github.com/goreleaser/nfpm/v2/cmd/nfpm@${NFPM}`], { env })
  return join(folder, 'nfpm')
}

async function works(program: string, argv: string[]): Promise<boolean> {
  return run(program, argv).then(
    () => true,
    () => false,
  )
}
