/**
 * `node scripts/bench/logs.ts [MIB] [--against PATH]`: what `logs pretty` makes of so much log (1024 by default) in a second, of time on
 * the clock and of time on the processor, and the most memory it takes; from a file, a pipe, and filtered. The standalone executable, the
 * bundle on Node and, of what it can do, another program with the same command; kubectl has none. After `npm run build:binary`.
 */
import { once } from 'node:events'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ChildUsage, childUsage, showThroughput, showThroughputHead } from './child-usage.ts'

const root = join(import.meta.dirname, '..', '..')
const { values, positionals } = parseArgs({ options: { against: { type: 'string' } }, allowPositionals: true })
const mib = Number(positionals[0] ?? 1024)
const other =
  values.against !== undefined && !/^kubectl(\.exe)?$/.test(basename(values.against)) ? values.against : undefined

const binary = join(root, 'dist', 'kubectl-cnpg')
if (!existsSync(binary)) throw new Error('run npm run build:binary first')
const ours = { binary: [binary], node: [process.execPath, join(root, 'bin', 'kubectl-cnpg')] }

interface Case {
  options: readonly string[]
  /** Through stdin instead of as FILE, which the other program does not take. */
  piped?: boolean
  /** Options that the other program has not. */
  ownOnly?: boolean
}

const cases: readonly Case[] = [
  { options: [] },
  { options: [], piped: true },
  { options: ['--min-level', 'warning'], piped: true },
  { options: ['--loggers', 'wal-archive'], piped: true },
  { options: ['-vv'], piped: true },
  { options: ['--grep', 'division by'], ownOnly: true },
  { options: ['--format', 'json'], ownOnly: true },
]

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

async function measure(file: string, program: readonly string[], { options, piped }: Case): Promise<ChildUsage> {
  const words = [...program, 'logs', 'pretty', ...options]
  if (piped !== true) return childUsage([...words, file], process.env)
  return childUsage(words, process.env, createReadStream(file, { highWaterMark: 65_536 }))
}

const folder = await mkdtemp(join(tmpdir(), 'bench-logs-'))
try {
  const file = join(folder, 'big.jsonl')
  const bytes = await makeLog(file)
  showThroughputHead(`${(bytes / 1e6).toFixed(0)} MB of log, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`)
  for (const each of cases) {
    const name = ['logs pretty', ...(each.piped === true ? [] : ['FILE']), ...each.options].join(' ')
    const theirs =
      other === undefined || each.ownOnly === true ? undefined : await measure(file, [other], { ...each, piped: true })
    for (const [title, program] of Object.entries(ours)) {
      showThroughput(`${name}, ${title}`, bytes, await measure(file, program, each), theirs)
    }
    if (theirs !== undefined) showThroughput(`${name}, other`, bytes, theirs, theirs)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
