import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runProcess } from '../helpers/process.ts'
import { RUNTIMES } from '../helpers/runtimes.ts'

const program = fileURLToPath(new URL('programs/host.ts', import.meta.url))

/** Sends the signals one by one, each when the program has written the next line. */
function sendAtLines(child: ChildProcess, signals: NodeJS.Signals[]): void {
  const pending = [...signals]
  child.stdout?.on('data', () => {
    const signal = pending.shift()
    if (signal !== undefined) child.kill(signal)
  })
}

describe.each(RUNTIMES)('signals on %s', (_name, runtime) => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('the first %s lets the program clean up and end with %d', async (signal, code) => {
    const ended = await runProcess(runtime, [program, 'wait', '10'], {
      onStart: (child) => sendAtLines(child, [signal]),
    })
    expect(ended).toEqual({ code, signal: null, stdout: 'ready\ncleaning up\n', stderr: '' })
  })

  test('the second one ends it at once', async () => {
    const ended = await runProcess(runtime, [program, 'wait', '45000'], {
      onStart: (child) => sendAtLines(child, ['SIGINT', 'SIGTERM']),
    })
    expect(ended).toMatchObject({ code: 143, stdout: 'ready\ncleaning up\n', stderr: '' })
  })
})
