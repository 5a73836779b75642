import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export type ToSupervisor =
  | { type: 'spawn'; id: number; file: string; args: string[]; env: Record<string, string>; log: string }
  | { type: 'adopt'; pid: number }
  | { type: 'release'; pid: number }

export type FromSupervisor =
  | { type: 'ready'; folder: string }
  | { type: 'spawned'; id: number; pid: number }
  | { type: 'failed'; id: number; message: string }
  | { type: 'exit'; id: number; code: number | null; signal: string | null }

/** User and group the servers run as. */
export interface Owner {
  uid: number
  gid: number
}

export interface SpawnOptions {
  file: string
  args: string[]
  env: Record<string, string>
  /** File that gets stdout and stderr. */
  log: string
}

/** A process started by the supervisor. */
export interface SupervisedProcess {
  pid: number
  /** Settles when the process has ended; never rejects. */
  exited: Promise<{ code: number | null; signal: string | null }>
}

/**
 * Starts processes that do not outlive this one: they are children of a small watcher, which ends them and removes the sandbox's folder
 * as soon as the channel to it closes, also when this process is killed by SIGKILL.
 */
export class Supervisor {
  /** The sandbox's temporary folder, owned by the owner, mode 0700. */
  readonly folder: string
  readonly owner: Owner | undefined
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (message: FromSupervisor) => void>()
  readonly #pids = new Set<number>()
  readonly #gone: Promise<void>
  #busy = 0
  #next = 1
  #stopping = false

  private constructor(child: ChildProcess, folder: string, owner: Owner | undefined) {
    this.#child = child
    this.folder = folder
    this.owner = owner
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve(this.#afterExit())))
    child.on('message', (message) => {
      const answer = message as FromSupervisor
      if (answer.type !== 'ready') this.#waiting.get(answer.id)?.(answer)
    })
    child.on('error', () => undefined)
    child.unref()
    child.channel?.unref()
  }

  /** `prefix` is the path of the folder to make, without its random end. */
  static async start(prefix: string, owner: Owner | undefined): Promise<Supervisor> {
    const file = fileURLToPath(new URL('./supervisor-process.ts', import.meta.url))
    const args = owner === undefined ? [prefix] : [prefix, String(owner.uid), String(owner.gid)]
    const child = fork(file, args, {
      detached: true,
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const complaint: Buffer[] = []
    child.stderr?.on('data', (chunk: Buffer) => complaint.push(chunk))
    const folder = await new Promise<string>((resolve, reject) => {
      child.once('message', (message) => {
        const answer = message as FromSupervisor
        if (answer.type === 'ready') resolve(answer.folder)
      })
      child.once('error', reject)
      child.once('exit', () =>
        reject(new Error(`the sandbox's supervisor did not start: ${Buffer.concat(complaint).toString()}`)),
      )
    })
    // The pipe has no reader from here on: it must not keep either process alive.
    child.stderr?.destroy()
    return new Supervisor(child, folder, owner)
  }

  /** Process id of the watcher. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Starts a process as the owner, in the sandbox's folder. Rejects when it cannot be executed. */
  async spawn(options: SpawnOptions): Promise<SupervisedProcess> {
    const id = this.#next++
    let ended: (how: { code: number | null; signal: string | null }) => void = () => undefined
    const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => (ended = resolve))
    const pid = await this.#holding(
      new Promise<number>((resolve, reject) => {
        let known = 0
        this.#waiting.set(id, (answer) => {
          if (answer.type === 'spawned') {
            known = answer.pid
            this.#pids.add(known)
            resolve(known)
          } else if (answer.type === 'failed') {
            this.#waiting.delete(id)
            reject(new Error(answer.message))
          } else if (answer.type === 'exit') {
            this.#waiting.delete(id)
            this.#pids.delete(known)
            ended({ code: answer.code, signal: answer.signal })
          }
        })
        this.#tell({ type: 'spawn', id, ...options })
      }),
    )
    return { pid, exited }
  }

  /** Runs a command to its end; rejects when it does not exit with 0 (the message has no output: that is in the log file). */
  async run(options: SpawnOptions): Promise<void> {
    const { exited } = await this.spawn(options)
    const { code, signal } = await this.#holding(exited)
    if (code !== 0) throw new Error(`${options.file} ended with ${signal ?? `code ${code}`}`)
  }

  /** Keeps this process alive while something it asked for is under way. */
  async holding<T>(work: Promise<T>): Promise<T> {
    return this.#holding(work)
  }

  /** Has the process killed with the sandbox, should this one die first. Call `release` when it has ended. */
  adopt(pid: number): void {
    this.#tell({ type: 'adopt', pid })
  }

  release(pid: number): void {
    this.#tell({ type: 'release', pid })
  }

  /** Ends every process, removes the folder, ends the supervisor. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#child.ref()
    if (this.#child.connected) this.#child.disconnect()
    await this.#gone
  }

  #tell(message: ToSupervisor): void {
    if (!this.#child.connected) throw new Error('the sandbox has been stopped')
    this.#child.send(message)
  }

  async #holding<T>(work: Promise<T>): Promise<T> {
    if (this.#busy++ === 0) this.#child.channel?.ref()
    try {
      return await work
    } finally {
      if (--this.#busy === 0) this.#child.channel?.unref()
    }
  }

  /** The supervisor itself may be killed: then its work is done here. */
  async #afterExit(): Promise<void> {
    if (!this.#stopping) {
      for (const pid of this.#pids) {
        try {
          process.kill(pid, 'SIGQUIT')
        } catch {
          // Gone already.
        }
      }
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 })
    for (const [id, tell] of [...this.#waiting]) tell({ type: 'exit', id, code: null, signal: 'SIGQUIT' })
  }
}
