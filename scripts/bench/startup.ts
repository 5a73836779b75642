/**
 * `node scripts/bench/startup.ts [ROUNDS]`: what `version`, `--help` and one `status` of three real PostgreSQL servers cost as whole
 * processes, beside an empty Node script and kubectl; size of the bundle, requests and bytes of the `status`. After `npm run build`.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { clusterName, findKubectl, root, startWorld } from '../demo/world.ts'
import { compareTimes, processTime } from './process-time.ts'

const program = process.env['BENCH_PROGRAM'] ?? join(root, 'bin', 'kubectl-cnpg')
const rounds = Number(process.argv[2] ?? 9)
const kubectl = findKubectl()

const world = await startWorld()
try {
  const cases: Record<string, string[]> = {
    'node, empty script': [process.execPath, '-e', '0'],
    version: [program, 'version'],
    '--help': [program, '--help'],
    [`status ${clusterName}`]: [program, 'status', clusterName],
    ...(kubectl === undefined
      ? {}
      : {
          'kubectl version --client': [kubectl, 'version', '--client'],
          [`kubectl get cluster ${clusterName}`]: [kubectl, 'get', 'cluster', clusterName],
        }),
  }
  const times = await compareTimes(cases, world.environment, rounds)
  const yardstick = times.get('kubectl version --client')

  console.log(`Medians of ${rounds} runs in turn, whole processes, Node ${process.version}`)
  console.log(
    `${''.padEnd(30)} ${'CPU ms'.padStart(8)} ${'wall ms'.padStart(8)}${yardstick ? '  CPU / kubectl version' : ''}`,
  )
  for (const [name, { cpu, wall }] of times) {
    const ratio = yardstick === undefined ? '' : `  ${(cpu / yardstick.cpu).toFixed(2)}`
    console.log(`${name.padEnd(30)} ${cpu.toFixed(0).padStart(8)} ${wall.toFixed(0).padStart(8)}${ratio}`)
  }

  const { sandbox } = world
  const [requestsBefore, connectionsBefore] = [sandbox.requests.length, sandbox.connections]
  await processTime([program, 'status', clusterName], world.environment)
  const requests = sandbox.requests
    .slice(requestsBefore)
    .filter(({ userAgent }) => userAgent.startsWith('kubectl-cnpg'))
  const bytes = requests.reduce((sum, request) => sum + request.bytes, 0)
  console.log(
    `One status: ${requests.length} requests, ${bytes} bytes of bodies, ${sandbox.connections - connectionsBefore} connections`,
  )
  const bundle = await stat(join(root, 'dist', 'cli.cjs'))
  console.log(`Bundle: ${bundle.size} bytes`)
} finally {
  await world.close()
}
