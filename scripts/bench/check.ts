/**
 * `node scripts/bench/check.ts`: the exit code of `check` in some twenty broken situations of a live cluster, and the time that each
 * run takes as a whole process. To be run by hand on a quiet machine, after `npm run build`.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { SITUATIONS, type Situation } from '../../test/commands/check/situations.ts'
import { startLive } from '../../test/commands/support/changes.ts'

const program = process.env['BENCH_PROGRAM'] ?? fileURLToPath(new URL('../../bin/kubectl-cnpg', import.meta.url))
const LONGEST_MS = 20_000

const live = await startLive(3)
const folder = await mkdtemp(join(tmpdir(), 'bench-check-'))
const kubeconfig = join(folder, 'config')
await writeFile(kubeconfig, live.sandbox.kubeconfigFor('admin', { namespace: 'default' }), { mode: 0o600 })

interface Run {
  ms: number
  code: number
  line: string
}

async function check(words: readonly string[]): Promise<Run> {
  const began = performance.now()
  let text = ''
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, [program, 'check', 'mycluster', ...words], {
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    child.on('error', reject)
    child.on('close', (status) => resolve(status ?? 1))
  })
  return { ms: performance.now() - began, code, line: (text.split('\n')[0] ?? '').split(' | ')[0] ?? '' }
}

/** Runs until the code is the one that is waited for; the last run counts. */
async function until(code: number, words: readonly string[]): Promise<Run> {
  const end = performance.now() + LONGEST_MS
  for (;;) {
    const run = await check(words)
    if (run.code === code || performance.now() > end) return run
    await pause(100)
  }
}

async function show(situation: Situation): Promise<void> {
  const { name, code, words = '' } = situation
  const given = words.split(' ').filter((word) => word !== '')
  const mend = await situation.begin(live)
  const run = await until(code, given)
  await mend()
  const back = await until(0, [])
  const verdict = run.code === code && back.code === 0 ? '' : `  expected ${code} and 0 afterwards`
  console.log(
    `exit ${run.code}, then ${back.code}  ${run.ms.toFixed(0).padStart(6)} ms  ${name}: ${run.line.slice(0, 110)}${verdict}`,
  )
}

try {
  await check([])
  for (const situation of SITUATIONS) await show(situation)
} finally {
  await live.sandbox.close()
  await rm(folder, { recursive: true, force: true })
}
