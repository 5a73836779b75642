import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChildProcess } from 'node:child_process'
import type { Settings } from './settings.ts'

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

export interface RunOptions {
  stdin?: string
  env?: Record<string, string>
  /** The process as soon as it runs. */
  onStart?: (child: ChildProcess) => void
}

/** What a step has at hand: the program under test, and other means to see what it has done. */
export class Means {
  readonly settings: Settings
  readonly #signal: AbortSignal
  /** Commands of the program that were run so far. */
  readonly #tried: Set<string>

  /**
   * @param signal ends what the step has begun
   * @param tried is added to
   */
  constructor(settings: Settings, signal: AbortSignal, tried: Set<string>) {
    this.settings = settings
    this.#signal = signal
    this.#tried = tried
  }

  /** Runs the program under test in the namespace of this run. */
  plugin(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const [verb = '', ...rest] = words
    this.#tried.add(verb)
    const named = verb.startsWith('__') ? words : [verb, '-n', this.settings.namespace, ...rest]
    return this.#run(this.settings.plugin, named, options)
  }

  /** The same, which has to end with this code; returns what it wrote to stdout. Throws with all it wrote otherwise. */
  async expect(code: number, words: readonly string[], options?: RunOptions): Promise<string> {
    const ran = await this.plugin(words, options)
    if (ran.code === code) return ran.stdout
    throw new Error(`${words.join(' ')}: exit code ${ran.code} instead of ${code}\n${ran.stdout}${ran.stderr}`)
  }

  /** Runs the real kubectl in the namespace of this run; returns what it wrote to stdout. Throws with its message. */
  async kubectl(words: readonly string[], options?: RunOptions): Promise<string> {
    const ran = await this.#run('kubectl', ['-n', this.settings.namespace, ...words], options)
    if (ran.code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${ran.stderr.trim()}`)
    return ran.stdout
  }

  /** A member of an object by kubectl's jsonpath, such as `.status.currentPrimary`; empty where there is none. */
  async field(object: string, path: string): Promise<string> {
    return this.kubectl(['get', object, '-o', `jsonpath={${path}}`])
  }

  /** What psql in the pod says, as superuser, unaligned. Throws with the server's message. */
  async sql(pod: string, statement: string, database = 'app'): Promise<string> {
    const command = ['exec', pod, '-c', 'postgres', '--', 'psql', '-XAtq', '-d', database, '-c', statement]
    return (await this.kubectl(command)).trim()
  }

  /** Looks until something holds; rejects at the end of the step's time. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    let last: unknown
    while (!this.#signal.aborted) {
      try {
        if (await holds()) return
      } catch (error) {
        last = error
      }
      await sleep(300, undefined, { signal: this.#signal }).catch(() => undefined)
    }
    const why = last instanceof Error ? ` (${last.message})` : ''
    throw new Error(`in vain waited until ${what}${why}`)
  }

  #run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, NO_COLOR: '1', ...options.env }
      const child = spawn(command, args, { env, signal: this.#signal, stdio: ['pipe', 'pipe', 'pipe'] })
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
      child.stdin.on('error', () => undefined).end(options.stdin ?? '')
      child.on('error', (error) => reject(new Error(`${command} ${args.join(' ')}: ${error.message}\n${stderr}`)))
      child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
      options.onStart?.(child)
    })
  }
}

/** Throws with both values where they differ. */
export function same(what: string, actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (left !== right) throw new Error(`${what}: ${left} instead of ${right}`)
}

/** Throws where the text does not hold what it should. */
export function holds(what: string, text: string, part: string | RegExp): void {
  const found = typeof part === 'string' ? text.includes(part) : part.test(text)
  if (!found) throw new Error(`${what}: no ${String(part)} in\n${text}`)
}
