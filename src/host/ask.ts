import { createInterface } from 'node:readline/promises'
import { CliError } from '../errors/cli-error.ts'
import type { Signals } from './signals.ts'

/**
 * Asks on the terminal and returns the line typed. Rejects with CliError: `refused` at the end of input (Ctrl-D),
 * `interrupted` when a signal or Ctrl-C comes first.
 */
export async function askOnTerminal(
  question: string,
  streams: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
  signals: Signals,
): Promise<string> {
  signals.signal.throwIfAborted()
  const terminal = createInterface({ ...streams, terminal: true, historySize: 0 })
  // readline reads the keyboard in raw mode, where Ctrl-C is a key and no signal.
  terminal.on('SIGINT', () => signals.raise('SIGINT'))
  const ended = new Promise<never>((_resolve, reject) => {
    terminal.on('close', () => reject(new CliError({ kind: 'refused', message: 'no answer was given' })))
  })
  try {
    return await Promise.race([terminal.question(question, { signal: signals.signal }), ended])
  } catch (error) {
    throw signals.signal.aborted ? signals.signal.reason : error
  } finally {
    ended.catch(() => undefined)
    terminal.close()
  }
}
