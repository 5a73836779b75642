/**
 * `node scripts/bench/logs.ts [MIB]`: what `logs pretty` makes of so much log (1024 by default) in a second, of time on the clock and of
 * time on the processor, and the most memory it takes; from a file, a pipe, and filtered. `BENCH_PROGRAM` names another executable. After
 * `npm run build`.
 */
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { childUsage, showThroughput, showThroughputHead } from './child-usage.ts'

const root = join(import.meta.dirname, '..', '..')
const program = process.env['BENCH_PROGRAM'] ?? join(root, 'bin', 'kubectl-cnpg')
const mib = Number(process.argv[2] ?? 1024)

/** Real lines over and over, each some hundred microseconds later than the one before. Returns the bytes written. */
async function makeLog(file: string): Promise<number> {
  const text = await readFile(join(root, 'test', 'fixtures', 'logs', 'demo-all.jsonl'), 'utf8')
  const lines = text.trim().split('\n')
  const out = createWriteStream(file)
  let bytes = 0
  for (let tick = 0; bytes < mib * 2 ** 20;) {
    const piece = lines.map((line) => line.replace(/"ts":"[^"]*"/, `"ts":"${stamp(tick++)}"`)).join('\n')
    const chunk = Buffer.from(`${piece}\n`)
    bytes += chunk.length
    if (!out.write(chunk)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
  return bytes
}

function stamp(tick: number): string {
  const micros = String(tick * 731).padStart(4, '0')
  const time = new Date(Date.UTC(2026, 10, 23) + Number(micros.slice(0, -3)))
  return `${time.toISOString().slice(0, -1)}${micros.slice(-3)}000Z`
}

const folder = await mkdtemp(join(tmpdir(), 'bench-logs-'))
try {
  const file = join(folder, 'big.jsonl')
  const bytes = await makeLog(file)
  showThroughputHead(`${(bytes / 1e6).toFixed(0)} MB of log, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`)
  const measure = async (name: string, words: readonly string[], input?: string): Promise<void> => {
    const stream = input === undefined ? undefined : createReadStream(input, { highWaterMark: 65_536 })
    showThroughput(name, bytes, await childUsage([program, 'logs', 'pretty', ...words], process.env, stream))
  }
  await measure('logs pretty FILE', [file])
  await measure('cat FILE | logs pretty', [], file)
  await measure('logs pretty FILE --min-level warning', [file, '--min-level', 'warning'])
  await measure('logs pretty FILE --loggers wal-archive', [file, '--loggers', 'wal-archive'])
  await measure('logs pretty FILE --grep "division by"', [file, '--grep', 'division by'])
  await measure('logs pretty FILE --format json', [file, '--format', 'json'])
  await measure('logs pretty FILE -vv', [file, '-vv'])
} finally {
  await rm(folder, { recursive: true, force: true })
}
