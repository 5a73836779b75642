import { CliError } from '../errors/cli-error.ts'
import { exitOfSignal } from '../errors/exit-codes.ts'

export interface Signals {
  /** Aborted by the first signal with CliError of kind `interrupted`. */
  readonly signal: AbortSignal
  /** Does what a signal does, for a Ctrl-C that arrives as a key. */
  readonly raise: (name: SignalName) => void
  /** Lets Ctrl-C pass without effect until the returned function is called. */
  readonly ignoreInterrupts: () => () => void
  /** Gives the signals back to the system. */
  release(): void
}

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

const NUMBERS: Readonly<Record<SignalName, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }
const NAMES = Object.keys(NUMBERS) as SignalName[]

/** The first signal asks to stop and clean up; the second calls `leave` with the exit code, which is to end at once. */
export function listenForSignals(emitter: NodeJS.EventEmitter, leave: (exitCode: number) => void): Signals {
  const controller = new AbortController()
  const raise = (name: SignalName) => {
    const exitCode = exitOfSignal(NUMBERS[name])
    if (controller.signal.aborted) return leave(exitCode)
    controller.abort(new CliError({ kind: 'interrupted', message: `interrupted by ${name}`, exitCode }))
  }
  let ignoring = 0
  const receive = (name: SignalName) => {
    if (name !== 'SIGINT' || ignoring === 0) raise(name)
  }
  for (const name of NAMES) emitter.on(name, receive)
  return {
    signal: controller.signal,
    raise,
    ignoreInterrupts() {
      ignoring++
      return () => void ignoring--
    },
    release() {
      for (const name of NAMES) emitter.off(name, receive)
    },
  }
}
