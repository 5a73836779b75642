import { describe } from './errors/describe.ts'
import { Exit, MonitoringExit } from './errors/exit-codes.ts'
import { createNodeHost } from './host/node-host.ts'
import { run } from './main.ts'

/** How long a process that has said everything may be kept alive by a connection nobody closed. */
const LINGER_MS = 1000

/** Gives the terminal back; nothing before there is a host. */
let giveBack = (): void => undefined

/** The last resort: a sentence instead of the runtime's print of our source lines. */
function crash(error: unknown): void {
  giveBack()
  // To a monitoring system the code of a failure would mean a warning.
  const plugin = process.argv.slice(2).find((word) => !word.startsWith('-')) === 'check'
  process.exitCode = plugin ? MonitoringExit.unknown : Exit.failed
  const stream = plugin ? process.stdout : process.stderr
  stream.write(describe(error, { plugin }))
  leaveSoon()
}

/** Every write has been awaited by now, so ending the process loses nothing. The timer itself keeps nothing alive. */
function leaveSoon(): void {
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

process.on('uncaughtException', crash)
// Node takes such a promise for an exception, Bun does not.
process.on('unhandledRejection', (error) => {
  throw error
})

const host = createNodeHost()
giveBack = () => host.release()
run(process.argv.slice(2), host).then((code) => {
  process.exitCode = code
  host.release()
  leaveSoon()
}, crash)
