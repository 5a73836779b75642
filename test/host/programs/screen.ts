// A small program on the real Host that draws one picture, for tests of how the terminal is given back.
import { setTimeout as wait } from 'node:timers/promises'
import { createNodeHost } from '../../../src/host/node-host.ts'

const host = createNodeHost()
const [, , end = ''] = process.argv

process.on('uncaughtException', (error) => {
  process.stderr.write(`crash: ${error.message}\n`)
  process.exit(1)
})
process.on('unhandledRejection', (error) => {
  throw error
})

let last = ''
const screen = host.openScreen({
  onKey: (key) => {
    last = key
    void screen?.show([`key ${JSON.stringify(key)}`])
  },
  onResize: () => void screen?.show([`resized ${screen.columns}x${screen.rows}`]),
})
await screen?.show(['first', 'second'])
await screen?.show(['first', 'picture'])

if (end === 'throw')
  setTimeout(() => {
    throw new Error('a defect')
  }, 50)
if (end === 'reject') void Promise.reject(new Error('a forgotten promise'))
if (end === 'exit') process.exit(3)
if (end === 'deaf') await wait(60_000)
while (last !== 'q' && !host.signal.aborted) await wait(20)
host.release()
process.exitCode = host.signal.aborted ? (host.signal.reason as { exitCode: number }).exitCode : 0
