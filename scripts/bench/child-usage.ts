import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'

/** What one whole process took: seconds on the clock and on the processor, and its largest resident set in MiB. */
export interface ChildUsage {
  wall: number
  cpu: number
  peakMib: number
}

/** Linux counts the processor in hundredths of a second. */
const TICKS = 100
const LOOK_MS = 20

/**
 * Runs a program to its end, its output thrown away, and throws unless it ends with 0. What it took is read from /proc while it runs: on
 * Linux only, and without its last moments.
 */
export async function childUsage(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  input?: Readable,
): Promise<ChildUsage> {
  const began = performance.now()
  const [program = '', ...rest] = words
  const child = spawn(program, rest, { env, stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'inherit'] })
  if (child.stdin !== null) input?.pipe(child.stdin)
  const ended = once(child, 'exit') as Promise<[number | null]>
  const usage = { cpu: 0, peakMib: 0 }
  const timer = setInterval(() => void look(child.pid, usage), LOOK_MS)
  const [code] = await ended
  clearInterval(timer)
  if (code !== 0) throw new Error(`${words.join(' ')} ended with exit code ${code}`)
  return { ...usage, wall: (performance.now() - began) / 1000 }
}

async function look(pid: number | undefined, usage: { cpu: number; peakMib: number }): Promise<void> {
  const [stat = '', status = ''] = await Promise.all(
    ['stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  )
  const times = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (times.length > 13) usage.cpu = Math.max(usage.cpu, (Number(times[11]) + Number(times[12])) / TICKS)
  usage.peakMib = Math.max(usage.peakMib, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

const COLUMNS = ['MB/s', 'ratio', 'MB/CPU s', 'ratio', 'peak MiB']

/** The head of a table of {@link showThroughput}. */
export function showThroughputHead(heading: string): void {
  console.log(heading)
  console.log([''.padEnd(44), ...COLUMNS].join('  '))
}

/** A row: megabytes per second of the clock and of the processor, each also as a multiple of another program's, and the peak. */
export function showThroughput(name: string, bytes: number, usage: ChildUsage, other?: ChildUsage): void {
  const rates = (['wall', 'cpu'] as const).flatMap((clock) => [
    (bytes / 1e6 / usage[clock]).toFixed(0),
    other === undefined ? '' : (other[clock] / usage[clock]).toFixed(2),
  ])
  const cells = [...rates, usage.peakMib.toFixed(0)]
  console.log([name.padEnd(44), ...cells.map((cell, at) => cell.padStart(COLUMNS[at]?.length ?? 0))].join('  '))
}
