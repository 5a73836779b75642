import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface SpawnOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Text for stdin, which ends after it; without it stdin is empty. */
  stdin?: string
  /** The process as soon as it runs, to signal it. */
  onStart?: (child: ChildProcess) => void
  /** Milliseconds after which it is killed, when not with an ordinary test. */
  timeoutMs?: number
}

/** The root of the project, with a trailing slash. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a program to its end and returns all it wrote; it is killed with the test that waits for it. */
export function runProcess(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: options.env ?? process.env,
      cwd: options.cwd,
      timeout: options.timeoutMs ?? 50_000,
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin.on('error', () => undefined).end(options.stdin ?? '')
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
    options.onStart?.(child)
  })
}
