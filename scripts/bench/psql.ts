/**
 * `node scripts/bench/psql.ts [MIB] [ROUNDS]`: so much data (1024 by default) through `psql` and, beside it, through `kubectl exec`: in,
 * out, and there and back, with a stand-in for the container that counts, prints or copies. Then what one `sql` and one `psql` of real
 * servers cost as whole processes. `BENCH_PROGRAM` names another executable. After `npm run build`.
 */
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { kubeconfigFile } from '../../test/commands/support/program.ts'
import { type Program, startStandIn } from '../../test/commands/support/stand-in.ts'
import { clusterName, findKubectl, root, startWorld } from '../demo/world.ts'
import { childUsage, showThroughput, showThroughputHead } from './child-usage.ts'
import { compareTimes } from './process-time.ts'

const program = process.env['BENCH_PROGRAM'] ?? join(root, 'bin', 'kubectl-cnpg')
const [mib = 1024, rounds = 9] = process.argv.slice(2).map(Number)
const kubectl = findKubectl()
const block = Buffer.alloc(2 ** 20, 'abcdefgh')

/** Counts its input, copies it, or prints so much by itself. */
const behaviour: Program = async (request) => {
  const task = request.command.at(-1)
  if (task === 'print') for (let each = 0; each < mib; each++) await request.stdout(block)
  for await (const chunk of request.stdin ?? []) if (task === 'copy') await request.stdout(chunk)
  return 0
}

function* blocks(): Generator<Buffer> {
  for (let each = 0; each < mib; each++) yield block
}

async function throughput(): Promise<void> {
  const standIn = await startStandIn(behaviour)
  const place = await kubeconfigFile(standIn.kubeconfig)
  try {
    const env = { ...process.env, ...place.env }
    const bytes = mib * 2 ** 20
    showThroughputHead(`${mib} MiB, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`)
    for (const task of ['count', 'print', 'copy']) {
      const input = (): Readable | undefined => (task === 'print' ? undefined : Readable.from(blocks()))
      showThroughput(`psql, ${task}`, bytes, await childUsage([program, 'psql', 'shop-db', '--', task], env, input()))
      if (kubectl === undefined) continue
      const words = [kubectl, 'exec', '-i', 'shop-db-1', '-c', 'postgres', '--', 'psql', task]
      showThroughput(`kubectl exec, ${task}`, bytes, await childUsage(words, env, input()))
    }
  } finally {
    await place.remove()
    await standIn.close()
  }
}

async function startUp(): Promise<void> {
  const world = await startWorld()
  try {
    const exec = [kubectl ?? '', 'exec', `${clusterName}-1`, '-c', 'postgres', '--', 'psql', '-Atc', 'SELECT 1']
    const cases = {
      'sql, SELECT 1': [program, 'sql', clusterName, 'SELECT 1'],
      'psql, SELECT 1': [program, 'psql', clusterName, '--', '-Atc', 'SELECT 1'],
      ...(kubectl === undefined ? {} : { 'kubectl exec psql, SELECT 1': exec }),
    }
    const times = await compareTimes(cases, world.environment, rounds)
    console.log(`\nMedians of ${rounds} runs in turn, whole processes, load ${loadavg()[0]?.toFixed(1)}`)
    console.log(`${''.padEnd(30)} ${'CPU ms'.padStart(8)} ${'wall ms'.padStart(8)}`)
    for (const [name, { cpu, wall }] of times) {
      console.log(`${name.padEnd(30)} ${cpu.toFixed(0).padStart(8)} ${wall.toFixed(0).padStart(8)}`)
    }
  } finally {
    await world.close()
  }
}

await throughput()
await startUp()
