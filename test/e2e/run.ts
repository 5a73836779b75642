/** `npm run e2e`: tries every command against a real Kubernetes with the operator; see --help. */
import { fileURLToPath } from 'node:url'
import { runSuite } from './run-suite.ts'
import type { StepResult, SuiteResult } from './run-suite.ts'
import { readSettings, USAGE } from './settings.ts'
import type { Settings } from './settings.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort(new Error(signal)))

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    console.log(USAGE)
    return 0
  }
  let settings: Settings
  try {
    settings = readSettings(process.argv.slice(2), root)
  } catch (error) {
    console.error((error as Error).message)
    return 2
  }
  console.error(`Namespace ${settings.namespace}`)
  const result = await runSuite(settings, interrupt.signal, (step) => console.error(line(step)))
  console.log(settings.output === 'json' ? JSON.stringify(result, null, 2) : table(result))
  return result.failed > 0 || result.skipped > 0 ? 1 : 0
}

function line({ scenario, step, outcome, seconds, message }: StepResult): string {
  const row = `${outcome.padEnd(7)}  ${seconds.toFixed(1).padStart(6)} s  ${scenario}: ${step}`
  return message === undefined ? row : `${row}\n${message.replace(/^/gm, '    ')}`
}

function table({ steps, namespace, passed, failed, skipped }: SuiteResult): string {
  const rows = steps.map(({ message: _message, ...step }) => line(step))
  return [...rows, '', `${namespace}: ${passed} passed, ${failed} failed, ${skipped} skipped`].join('\n')
}

process.exitCode = await main()
