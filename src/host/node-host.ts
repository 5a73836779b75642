import { homedir } from 'node:os'
import { visible } from '../api/visible-text.ts'
import { CliError } from '../errors/cli-error.ts'
import { systemClock } from './clock.ts'
import { createInput } from './input.ts'
import { createOutput } from './output.ts'
import { createPainter, wantsColor } from './painter.ts'
import { openScreen } from './screen.ts'
import { listenForSignals } from './signals.ts'
import { showsUnicode } from './locale.ts'
import { createSpinner, NO_SPINNER } from './spinner.ts'
import type { Host, Screen, Spinner } from './types.ts'

export interface NodeHost extends Host {
  /** Gives terminal, stdin and signals back, so that the process can end. */
  release(): void
}

/** The process this program runs in. */
export function createNodeHost(): NodeHost {
  const stdin = createInput(() => process.stdin)
  const stdout = createOutput('stdout', () => process.stdout)
  const stderr = createOutput('stderr', () => process.stderr)
  const spinners = new Set<Spinner>()
  const endings = new Set<() => void>()
  let screen: Screen | undefined

  const restoreTerminal = () => {
    for (const act of endings) act()
    endings.clear()
    screen?.close()
    for (const spinner of spinners) spinner.stop()
    stdin.release()
  }
  const signals = listenForSignals(process, (exitCode) => {
    restoreTerminal()
    process.exit(exitCode)
  })

  return {
    stdin,
    stdout,
    stderr,
    env: process.env,
    get cwd() {
      return process.cwd()
    },
    get homeDir() {
      return homeDirectory()
    },
    platform: process.platform,
    clock: systemClock,
    signal: signals.signal,
    ignoreInterrupts: signals.ignoreInterrupts,
    atAbruptEnd(act) {
      endings.add(act)
      return () => void endings.delete(act)
    },
    painter: (stream, choice) => {
      const { isTTY } = stream === 'stdout' ? stdout : stderr
      return createPainter(wantsColor(choice, isTTY, process.env))
    },
    spinner(text) {
      // On a terminal that does not know its width ora would write without end.
      if (!stderr.isTTY || stderr.columns === undefined || process.env['TERM'] === 'dumb') return NO_SPINNER
      const spinner = createSpinner(visible(text), process.stderr, showsUnicode(process.env, process.platform))
      const tracked: Spinner = {
        update: (next) => spinner.update(visible(next)),
        stop() {
          spinners.delete(tracked)
          spinner.stop()
        },
      }
      spinners.add(tracked)
      return tracked
    },
    async ask(question) {
      if (!stdin.isTTY || !stderr.isTTY) {
        throw new CliError({ kind: 'refused', message: 'there is no terminal to ask on' })
      }
      const { askOnTerminal } = await import('./ask.ts')
      return askOnTerminal(
        visible(question, { newlines: 'keep' }),
        { input: process.stdin, output: process.stderr },
        signals,
      )
    },
    openScreen(events) {
      if (!stdout.isTTY || process.env['TERM'] === 'dumb') return undefined
      const interrupt = () => signals.raise('SIGINT')
      screen = openScreen({ output: stdout, input: stdin, process, interrupt }, events)
      return screen
    },
    release() {
      restoreTerminal()
      signals.release()
    },
  }
}

/** A user id without an account and without HOME, as containers have it, has no home. */
function homeDirectory(): string {
  try {
    return homedir()
  } catch {
    return '/'
  }
}
