import { spawn } from 'node:child_process'
import { visible } from '../../api/visible-text.ts'
import { formatDuration } from '../../api/duration.ts'
import type { Host } from '../../host/types.ts'

/** Of what the command says, for the reason of its failure. */
const MOST_WORDS = 4096
/** For them to arrive after its end. */
const LAST_WORDS_MS = 200

/**
 * Runs a command of the user with the shell, `input` on its stdin, and resolves to why it failed; undefined when it exited with 0.
 * What it prints goes nowhere, only the last line of its stderr into the reason. It is ended after `limitMs`.
 */
export function runHook(command: string, input: string, limitMs: number, host: Host): Promise<string | undefined> {
  const [shell, flag] = host.platform === 'win32' ? ['cmd.exe', '/c'] : ['/bin/sh', '-c']
  return new Promise((resolve) => {
    const child = spawn(shell ?? '', [flag ?? '', command], {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...host.env },
      cwd: host.cwd,
      timeout: Math.ceil(limitMs),
      killSignal: 'SIGKILL',
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MOST_WORDS)))
    // A command that does not read its input is no failure.
    child.stdin.on('error', () => undefined).end(input)
    child.once('error', (error) => resolve(`cannot be run: ${error.message}`))
    // What it left running may hold the stream open.
    child.once('exit', () => setTimeout(() => child.stderr.destroy(), LAST_WORDS_MS).unref())
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(undefined)
      const last = said.trim().split('\n').at(-1) ?? ''
      const how =
        signal === null
          ? `exited with ${code}`
          : `was ended by ${signal} (it may take ${formatDuration(Math.ceil(limitMs))})`
      resolve(last === '' ? how : `${how}: ${visible(last)}`)
    })
  })
}
