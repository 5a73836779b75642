/**
 * `node scripts/bench/fleet.ts [CLUSTERS] [ROUNDS]`: how long `status -A` takes beside one `status`, both as whole processes against
 * an API server with simulated instances; requests and bytes of both. To be run by hand on a quiet machine, after `npm run build`.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startManyClusters } from '../../test/helpers/many-clusters.ts'

const program = process.env['BENCH_PROGRAM'] ?? fileURLToPath(new URL('../../bin/kubectl-cnpg', import.meta.url))
const [clusters = 100, rounds = 9] = process.argv.slice(2).map(Number)

const server = await startManyClusters({ clusters })
const folder = await mkdtemp(join(tmpdir(), 'bench-fleet-'))
const kubeconfig = join(folder, 'config')
await writeFile(kubeconfig, server.kubeconfigFor('admin'), { mode: 0o600 })

interface Run {
  ms: number
  requests: number
  bytes: number
  code: number
}

async function run(words: string[]): Promise<Run> {
  const before = server.requests.length
  const began = performance.now()
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    child.on('error', reject)
    child.on('close', (status) => resolve(status ?? 1))
  })
  const ms = performance.now() - began
  const asked = server.requests.slice(before)
  return { ms, code, requests: asked.length, bytes: asked.reduce((sum, { bytes }) => sum + bytes, 0) }
}

const cases: Record<string, string[]> = {
  'status db-001': ['status', 'db-001', '-n', 'team-001'],
  'status -A': ['status', '-A'],
  'status -A -o json': ['status', '-A', '-o', 'json'],
}
const results = new Map<string, Run[]>(Object.keys(cases).map((name) => [name, []]))
try {
  for (const words of Object.values(cases)) await run(words)
  for (let round = 0; round < rounds; round++) {
    for (const [name, words] of Object.entries(cases)) results.get(name)?.push(await run(words))
  }
  const median = (runs: Run[]): Run | undefined => runs.toSorted((a, b) => a.ms - b.ms)[Math.floor(runs.length / 2)]
  const one = median(results.get('status db-001') ?? [])?.ms ?? Number.NaN
  for (const [name, runs] of results) {
    const { ms, requests, bytes, code } = median(runs) as Run
    console.log(
      `${name.padEnd(18)} ${ms.toFixed(0).padStart(6)} ms  ${(ms / one).toFixed(2)} x  ${requests} requests  ${bytes} bytes  exit ${code}`,
    )
  }
} finally {
  await server.close()
  await rm(folder, { recursive: true, force: true })
}
