/**
 * `node scripts/bench/logs.ts [MIB]`: what `logs pretty` makes of so much log (1024 by default) in a second, of time on the clock and of
 * time on the processor, and the most memory it takes; from a file, a pipe, and filtered. `BENCH_PROGRAM` names another executable. After
 * `npm run build`.
 */
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'

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
    const piece = lines
      .map((line) => {
        const micros = String(tick++ * 731).padStart(12, '0')
        const time = new Date(Date.UTC(2026, 10, 23) + Number(micros.slice(0, -3))).toISOString().slice(0, -1)
        return line.replace(/"ts":"[^"]*"/, `"ts":"${time}${micros.slice(-3)}000Z"`)
      })
      .join('\n')
    const chunk = Buffer.from(`${piece}\n`)
    bytes += chunk.length
    if (!out.write(chunk)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
  return bytes
}

interface Usage {
  wall: number
  cpu: number
  peakMib: number
}

/** Runs the program to its end; what it used is read while it runs, so that its last moments may be missing. */
async function measure(words: readonly string[], input: string | undefined): Promise<Usage> {
  const began = performance.now()
  const child = spawn(program, words, { stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'inherit'] })
  if (input !== undefined && child.stdin !== null) createReadStream(input, { highWaterMark: 65_536 }).pipe(child.stdin)
  const ended = once(child, 'exit')
  const usage: Usage = { wall: 0, cpu: 0, peakMib: 0 }
  let over = false
  const watching = (async () => {
    while (!over) {
      const [stat, status] = await Promise.all(
        ['stat', 'status'].map((name) => readFile(`/proc/${child.pid}/${name}`, 'utf8').catch(() => '')),
      )
      const times = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
      if (times.length > 13) usage.cpu = Math.max(usage.cpu, (Number(times[11]) + Number(times[12])) / TICKS)
      usage.peakMib = Math.max(usage.peakMib, Number(/VmHWM:\s+(\d+)/.exec(status ?? '')?.[1] ?? 0) / 1024)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  const [code] = (await ended) as [number | null]
  over = true
  await watching
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}`)
  return { ...usage, wall: (performance.now() - began) / 1000 }
}

/** Linux counts the processor in hundredths of a second. */
const TICKS = 100

const folder = await mkdtemp(join(tmpdir(), 'bench-logs-'))
try {
  const file = join(folder, 'big.jsonl')
  const bytes = await makeLog(file)
  const mb = (bytes / 1e6).toFixed(0)
  console.log(
    `${mb} MB of log, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}, ${program.replace(root, '.')}`,
  )
  console.log(`${''.padEnd(44)} ${'MB/s'.padStart(6)} ${'MB/CPU s'.padStart(9)} ${'peak MiB'.padStart(9)}`)
  const cases: [string, string[], string | undefined][] = [
    ['logs pretty FILE', ['logs', 'pretty', file], undefined],
    ['cat FILE | logs pretty', ['logs', 'pretty'], file],
    ['logs pretty FILE -vv', ['logs', 'pretty', file, '-vv'], undefined],
    ['logs pretty FILE --min-level warning', ['logs', 'pretty', file, '--min-level', 'warning'], undefined],
    ['logs pretty FILE --loggers wal-archive', ['logs', 'pretty', file, '--loggers', 'wal-archive'], undefined],
    ['logs pretty FILE --grep "division by"', ['logs', 'pretty', file, '--grep', 'division by'], undefined],
    ['logs pretty FILE --format json', ['logs', 'pretty', file, '--format', 'json'], undefined],
  ]
  for (const [name, words, input] of cases) {
    const { wall, cpu, peakMib } = await measure(words, input)
    const rate = (seconds: number): string => (bytes / 1e6 / seconds).toFixed(0)
    console.log(
      `${name.padEnd(44)} ${rate(wall).padStart(6)} ${rate(cpu).padStart(9)} ${peakMib.toFixed(0).padStart(9)}`,
    )
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
