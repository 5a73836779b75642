import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** What one whole process took, in milliseconds: user and system time together, and time on the clock. */
export interface ProcessTime {
  cpu: number
  wall: number
}

/** Runs a program to its end and throws unless it ends with 0. Node does not tell what a child used; bash's `time` does, to the millisecond. */
export async function processTime(words: readonly string[], env: NodeJS.ProcessEnv): Promise<ProcessTime> {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>&3; } 3>/dev/null 2>&1; exit $?'
  const child = spawn('bash', ['-c', script, 'bash', ...words], {
    env: { ...env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [[code], output] = await Promise.all([once(child, 'close') as Promise<[number | null]>, text(child.stdout)])
  if (code !== 0) throw new Error(`${words.join(' ')} ended with exit code ${code}`)
  const [wall, user, system] = output
    .trim()
    .split(' ')
    .map((seconds) => Number(seconds) * 1000) as [number, number, number]
  return { cpu: user + system, wall }
}

/** The most memory that a program held, in MiB, by GNU time; undefined where there is none. */
export async function peakMemory(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number | undefined> {
  const script = 'f=$(mktemp); env time -f %M -o "$f" "$@" >/dev/null 2>&1; code=$?; cat "$f"; rm "$f"; exit $code'
  const child = spawn('bash', ['-c', script, 'bash', ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [[code], output] = await Promise.all([once(child, 'close') as Promise<[number | null]>, text(child.stdout)])
  const kib = Number(output.trim())
  return code === 0 && kib > 0 ? kib / 1024 : undefined
}

/** Runs all in turn, so that a busy moment of the machine hits each alike; one round before is not counted. Medians by name. */
export async function compareTimes(
  cases: Readonly<Record<string, readonly string[]>>,
  env: NodeJS.ProcessEnv,
  rounds: number,
): Promise<Map<string, ProcessTime>> {
  const times = new Map<string, ProcessTime[]>(Object.keys(cases).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, words] of Object.entries(cases)) {
      const time = await processTime(words, env)
      if (round > 0) times.get(name)!.push(time)
    }
  }
  return new Map([...times].map(([name, each]) => [name, medians(each)]))
}

function medians(times: readonly ProcessTime[]): ProcessTime {
  return { cpu: median(times.map(({ cpu }) => cpu)), wall: median(times.map(({ wall }) => wall)) }
}

/** The middle one of some numbers, the upper one of two; NaN of none. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
