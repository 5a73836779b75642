/**
 * `node scripts/bench/fleet.ts [CLUSTERS] [ROUNDS]`: what `status -A` takes beside one `status`, both as whole processes against an
 * API server with simulated instances, which is this process: processor time and time on the clock, what the server spent on it,
 * requests and bytes. To be run on a quiet machine, after `npm run build`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startManyClusters } from '../../test/helpers/many-clusters.ts'
import { median, processTime, type ProcessTime } from './process-time.ts'

const program = process.env['BENCH_PROGRAM'] ?? fileURLToPath(new URL('../../bin/kubectl-cnpg', import.meta.url))
const [clusters = 100, rounds = 9] = process.argv.slice(2).map(Number)

const server = await startManyClusters({ clusters })
const folder = await mkdtemp(join(tmpdir(), 'bench-fleet-'))
const kubeconfig = join(folder, 'config')
await writeFile(kubeconfig, server.kubeconfigFor('admin'), { mode: 0o600 })

interface Run extends ProcessTime {
  /** Processor time of the server, milliseconds. */
  server: number
  requests: number
  bytes: number
}

async function run(words: string[]): Promise<Run> {
  const before = server.requests.length
  const idle = process.cpuUsage()
  const time = await processTime([process.execPath, program, ...words], { ...process.env, KUBECONFIG: kubeconfig })
  const { user, system } = process.cpuUsage(idle)
  const asked = server.requests.slice(before)
  const bytes = asked.reduce((sum, request) => sum + request.bytes, 0)
  return { ...time, server: (user + system) / 1000, requests: asked.length, bytes }
}

const cases: Record<string, string[]> = {
  'status db-001': ['status', 'db-001', '-n', 'team-001'],
  'status -A': ['status', '-A'],
  'status -A -o json': ['status', '-A', '-o', 'json'],
}
const results = new Map<string, Run[]>(Object.keys(cases).map((name) => [name, []]))
try {
  for (let round = 0; round <= rounds; round++) {
    for (const [name, words] of Object.entries(cases)) {
      const result = await run(words)
      if (round > 0) results.get(name)?.push(result)
    }
  }
  const medians = [...results].map(([name, runs]) => {
    const of = (figure: (run: Run) => number): number => median(runs.map(figure))
    const figures = { cpu: of((each) => each.cpu), wall: of((each) => each.wall), server: of((each) => each.server) }
    return { name, ...figures, requests: of((each) => each.requests), bytes: of((each) => each.bytes) }
  })
  const [one] = medians
  if (one === undefined) throw new Error('nothing was run')
  console.log(`${`${clusters} clusters of 3`.padEnd(20)}   cpu ms     x  wall ms     x  server ms  requests     bytes`)
  for (const { name, cpu, wall, server: spent, requests, bytes } of medians) {
    const figures = [cpu.toFixed(0).padStart(8), (cpu / one.cpu).toFixed(2), wall.toFixed(0).padStart(7)]
    const rest = [(wall / one.wall).toFixed(2), spent.toFixed(0).padStart(9), String(requests).padStart(8)]
    console.log([name.padEnd(18), ...figures, ...rest, String(bytes).padStart(8)].join('  '))
  }
} finally {
  await server.close()
  await rm(folder, { recursive: true, force: true })
}
