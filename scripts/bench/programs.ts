/**
 * `node scripts/bench/programs.ts [--against PATH] [--rounds N] [--only WORD]`: the standalone executable and the bundle on Node beside another
 * program, as whole processes: `version`, `--help`, `status` of 3, 30 and 300 instances, over slower networks, among pods of others,
 * and what a shell asks for at Tab.
 * The other is kubectl, which does the nearest it can (one `get`), or a program with the same commands. After `npm run build:binary`.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { findKubectl, root } from '../demo/world.ts'
import { compareTimes, peakMemory, processTime } from './process-time.ts'
import { startRelay } from './relay.ts'
import { clusterName, namespace, startSimulatedCluster } from './simulated-cluster.ts'

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    rounds: { type: 'string', default: '11' },
    /** The cases with this word in their name. */
    only: { type: 'string', default: '' },
  },
})
const rounds = Number(values.rounds)
const other = values.against ?? findKubectl()
if (other === undefined) throw new Error('there is no kubectl on PATH: name a program with --against')
const isKubectl = basename(other).replace(/\.exe$/, '') === 'kubectl'

const binary = join(root, 'dist', 'kubectl-cnpg')
if (!existsSync(binary)) throw new Error('run npm run build:binary first')
const bundle = [process.execPath, join(root, 'bin', 'kubectl-cnpg')]
const folder = await mkdtemp(join(tmpdir(), 'bench-programs-'))
const env = { ...process.env, KUBECONFIG: join(folder, 'config'), XDG_CACHE_HOME: folder }

console.log(`Medians of ${rounds} runs in turn, whole processes; other: ${other}. Ratios are ours / other.`)
console.log(
  [
    'case'.padEnd(34),
    'program'.padEnd(8),
    'CPU ms',
    'ratio',
    'wall ms',
    'ratio',
    'peak MiB',
    'requests',
    'connections',
    'KB in',
  ].join('  '),
)
try {
  await compare('version', ['version'], isKubectl ? ['version', '--client'] : ['version'])
  await compare('--help', ['--help'], ['--help'])
  await compareCompletion()
  for (const instances of [3, 30, 300]) await compareStatus(`status, ${instances} instances`, { instances })
  for (const rttMs of [20, 100]) await compareStatus(`status, 3 instances, +${rttMs} ms RTT`, { instances: 3, rttMs })
  await compareStatus('status among 1,000 foreign pods', { instances: 3, foreignPods: 1000 })
} finally {
  await rm(folder, { recursive: true, force: true })
}

interface Setting {
  instances: number
  rttMs?: number
  foreignPods?: number
}

function compareStatus(name: string, setting: Setting): Promise<void> {
  const words = ['status', clusterName, '--color=never']
  return compareOn(name, setting, words, isKubectl ? ['get', 'cluster', clusterName] : words)
}

/** Compares against a server of its own; the kubeconfig is gone with it. */
async function compareOn(name: string, setting: Setting, ours: string[], theirs: string[]): Promise<void> {
  if (!name.includes(values.only)) return
  const { instances, rttMs = 0, foreignPods = 0 } = setting
  const server = await startSimulatedCluster(instances, foreignPods)
  const relay = await startRelay(server.port, rttMs)
  const address = `https://127.0.0.1:${relay.port}`
  await writeFile(env.KUBECONFIG, server.kubeconfigFor('admin', { namespace, server: address }), { mode: 0o600 })
  try {
    await compare(name, ours, theirs, () => ({
      requests: server.requests.length,
      connections: relay.connections,
      bytes: relay.bytesToClient,
    }))
  } finally {
    relay.close()
    await server.close()
    await rm(env.KUBECONFIG)
  }
}

/** Words without a kubeconfig, and names of a server; kubectl completes its own. */
async function compareCompletion(): Promise<void> {
  const words = ['__complete', 'sta']
  await compare('completion, words alone', words, isKubectl ? ['__complete', 'get', 'po'] : words)
  const names = ['__complete', 'status', '']
  await compareOn(
    'completion, live names',
    { instances: 3 },
    names,
    isKubectl ? ['__complete', 'get', 'pods', ''] : names,
  )
}

interface Traffic {
  requests: number
  connections: number
  bytes: number
}

/** Prints a line for each program. */
async function compare(name: string, ours: string[], theirs: string[], traffic?: () => Traffic): Promise<void> {
  if (!name.includes(values.only)) return
  const cases = { binary: [binary, ...ours], node: [...bundle, ...ours], other: [other!, ...theirs] }
  const times = await compareTimes(cases, env, rounds)
  const yardstick = times.get('other')!
  for (const [program, { cpu, wall }] of times) {
    const words = cases[program as keyof typeof cases]
    const before = traffic?.()
    await processTime(words, env)
    const after = traffic?.()
    const memory = await peakMemory(words, env)
    const cells = [
      name.padEnd(34),
      program.padEnd(8),
      cpu.toFixed(0).padStart(6),
      (cpu / yardstick.cpu).toFixed(2).padStart(5),
      wall.toFixed(0).padStart(7),
      (wall / yardstick.wall).toFixed(2).padStart(5),
      (memory?.toFixed(0) ?? '-').padStart(8),
      ...(before && after
        ? [
            String(after.requests - before.requests).padStart(8),
            String(after.connections - before.connections).padStart(11),
            ((after.bytes - before.bytes) / 1000).toFixed(0).padStart(5),
          ]
        : []),
    ]
    console.log(cells.join('  '))
  }
}
