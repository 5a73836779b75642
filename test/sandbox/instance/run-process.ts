import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import type { IPty } from '@lydell/node-pty'
import type { Supervisor } from '../supervisor.ts'
import type { ExecRequest } from '../types.ts'

export interface ProcessToRun {
  file: string
  args: string[]
  env: Record<string, string>
  cwd: string
  /** Stays the caller's user: for the sandbox's own programs, which another user may not be able to read. */
  asCaller?: boolean
  /** What errors say, with the paths of the container. */
  stderrText?: (text: string) => string
}

/** Runs a program of the machine as the servers' user, with the streams of an exec request; resolves to its exit code. */
export async function runProcess(supervisor: Supervisor, run: ProcessToRun, request: ExecRequest): Promise<number> {
  return request.tty ? runInTerminal(supervisor, run, request) : runWithPipes(supervisor, run, request)
}

async function runWithPipes(supervisor: Supervisor, run: ProcessToRun, request: ExecRequest): Promise<number> {
  const owner = run.asCaller === true ? undefined : supervisor.owner
  const child = spawn(run.file, run.args, {
    cwd: run.cwd,
    env: run.env,
    stdio: [request.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(owner !== undefined && { uid: owner.uid, gid: owner.gid }),
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 9)))
  })
  const { pid } = child
  if (pid !== undefined) supervisor.adopt(pid)
  const kill = () => child.kill('SIGKILL')
  request.signal.addEventListener('abort', kill, { once: true })
  try {
    if (child.stdin !== null && request.stdin !== undefined) void feed(child.stdin, request.stdin, ended)
    const errorText = run.stderrText
    const stderr = async (chunk: Uint8Array) =>
      request.stderr(errorText === undefined ? chunk : Buffer.from(errorText(Buffer.from(chunk).toString())))
    await Promise.all([pump(child.stdout, (chunk) => request.stdout(chunk)), pump(child.stderr, stderr)])
    return await ended
  } finally {
    request.signal.removeEventListener('abort', kill)
    if (pid !== undefined) supervisor.release(pid)
  }
}

async function pump(from: Readable | null, to: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  if (from === null) return
  for await (const chunk of from) await to(chunk as Uint8Array)
}

/** Passes input on until it ends or the program does; a program that does not read it holds it back. */
async function feed(
  to: NodeJS.WritableStream,
  from: AsyncIterable<Uint8Array>,
  ended: Promise<unknown>,
): Promise<void> {
  to.on('error', () => undefined)
  const chunks = from[Symbol.asyncIterator]()
  const over = ended.then(
    () => undefined,
    () => undefined,
  )
  for (;;) {
    const next = await Promise.race([chunks.next(), over])
    if (next === undefined) return
    if (next.done === true) {
      to.end()
      return
    }
    const taken = new Promise((resolve) => to.write(next.value, resolve))
    await Promise.race([taken, over])
  }
}

async function runInTerminal(supervisor: Supervisor, run: ProcessToRun, request: ExecRequest): Promise<number> {
  const pty = await import('@lydell/node-pty')
  const owner = run.asCaller === true ? undefined : supervisor.owner
  const terminal = pty.spawn(run.file, run.args, {
    name: 'xterm-256color',
    cols: 80,
    rows: 24,
    cwd: run.cwd,
    env: run.env,
    encoding: null,
    ...(owner !== undefined && { uid: owner.uid, gid: owner.gid }),
  })
  supervisor.adopt(terminal.pid)
  request.onResize(({ columns, rows }) => terminal.resize(Math.max(1, columns), Math.max(1, rows)))
  const kill = () => terminal.kill('SIGHUP')
  request.signal.addEventListener('abort', kill, { once: true })
  let written = Promise.resolve()
  // Not held back when the reader is slow: the library drops what it holds 0.2 s after the program's end.
  terminal.onData((data) => {
    const bytes = Buffer.from(data)
    written = written.then(() => request.stdout(bytes))
  })
  const ended = new Promise<number>((resolve) =>
    terminal.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode)),
  )
  if (request.stdin !== undefined) void type(terminal, request.stdin, ended)
  try {
    const code = await ended
    await written
    return code
  } finally {
    request.signal.removeEventListener('abort', kill)
    supervisor.release(terminal.pid)
  }
}

async function type(terminal: IPty, from: AsyncIterable<Uint8Array>, ended: Promise<unknown>): Promise<void> {
  const chunks = from[Symbol.asyncIterator]()
  const over = ended.then(() => undefined)
  for (;;) {
    const next = await Promise.race([chunks.next(), over])
    if (next === undefined) return
    // A terminal's input never ends by itself; Ctrl-D says so.
    if (next.done === true) return terminal.write('\u0004')
    // The library's type knows strings only, but bytes reach its socket as they are; a string would be encoded again.
    terminal.write(Buffer.from(next.value) as unknown as string)
  }
}
