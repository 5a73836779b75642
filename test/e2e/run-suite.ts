import { setUp, tearDown } from './cluster.ts'
import { Means } from './means.ts'
import type { Scenario } from './scenario.ts'
import type { Settings } from './settings.ts'
import { access } from './scenarios/access.ts'
import { backup, backupRefused } from './scenarios/backup.ts'
import { certificate } from './scenarios/certificate.ts'
import { changes } from './scenarios/changes.ts'
import { reading } from './scenarios/reading.ts'

export interface StepResult {
  scenario: string
  step: string
  outcome: 'passed' | 'failed' | 'skipped'
  seconds: number
  /** What was wrong. */
  message?: string
}

export interface SuiteResult {
  namespace: string
  passed: number
  failed: number
  skipped: number
  steps: StepResult[]
}

/** Runs all scenarios one after the other in a namespace of its own, which is taken away at the end whatever happens. */
export async function runSuite(
  settings: Settings,
  interrupted: AbortSignal,
  tell: (result: StepResult) => void,
): Promise<SuiteResult> {
  const tried = new Set<string>()
  const steps: StepResult[] = []
  const run = async (scenario: Scenario, stop: AbortSignal): Promise<boolean> => {
    let broken = false
    for (const { title, run: attempt } of scenario.steps) {
      const begun = performance.now()
      const limit = AbortSignal.any([stop, AbortSignal.timeout(settings.stepLimitMs)])
      const means = new Means(settings, limit, tried)
      const failure: string | undefined =
        broken || stop.aborted ? 'skipped' : await attempt(means).then(() => undefined, messageOf)
      broken ||= failure !== undefined
      const result: StepResult = {
        scenario: scenario.name,
        step: title,
        outcome: failure === undefined ? 'passed' : failure === 'skipped' ? 'skipped' : 'failed',
        seconds: Math.round((performance.now() - begun) / 100) / 10,
        ...(failure === undefined || failure === 'skipped' ? {} : { message: failure }),
      }
      steps.push(result)
      tell(result)
    }
    return !broken
  }
  const chosen = scenariosOf(settings)
  const ready = await run(
    { name: 'set-up', steps: [{ title: 'a cluster of three instances', run: setUp }] },
    interrupted,
  )
  const stop = ready ? interrupted : AbortSignal.abort()
  for (const scenario of chosen) await run(scenario, stop)
  if (ready && settings.only.length === 0) await run({ name: 'whole', steps: [everyVerb(tried)] }, interrupted)
  const untold = new AbortController()
  const end = { name: 'tear-down', steps: [{ title: 'nothing is left behind', run: tearDown }] }
  if (!settings.keep) await run(end, untold.signal)
  const count = (outcome: StepResult['outcome']): number => steps.filter((step) => step.outcome === outcome).length
  return {
    namespace: settings.namespace,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    steps,
  }
}

function scenariosOf({ only, backup: wanted }: Settings): Scenario[] {
  const all = [reading, access, changes, certificate, wanted === undefined ? backupRefused : backup]
  const unknown = only.filter((name) => all.every((scenario) => scenario.name !== name))
  if (unknown.length > 0)
    throw new Error(`no scenario ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`)
  return only.length === 0 ? all : all.filter(({ name }) => only.includes(name))
}

/** The program's own list of verbs, each of which some step must have run. */
function everyVerb(tried: ReadonlySet<string>): Scenario['steps'][number] {
  return {
    title: 'every command was tried',
    async run(means) {
      const listed = (await means.expect(0, ['__completeNoDesc', ''])).split('\n').filter((word) => /^[a-z]/.test(word))
      const untried = listed.filter((verb) => !tried.has(verb))
      if (untried.length > 0) throw new Error(`not tried: ${untried.join(', ')}`)
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
