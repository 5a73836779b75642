import { visible } from '../../api/visible-text.ts'
import type { Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Session } from '../../kube/session.ts'
import { applyPlan } from '../../plan/apply.ts'
import type { Applied } from '../../plan/apply.ts'
import { ask, hasTerminal, mustAsk } from '../../plan/confirm.ts'
import { premiseChanges, undoOf } from '../../plan/plan.ts'
import type { Plan, Step } from '../../plan/plan.ts'
import { refusalOf } from '../../plan/preflight.ts'
import { waitFor } from '../../plan/wait.ts'
import type { Goal, Outcome, Progress } from '../../plan/wait.ts'
import { changeSettings } from './options.ts'
import type { ChangeSettings } from './options.ts'
import { cannotLeave, cannotObserve, failureOf, interruptedWhileWaiting } from './failures.ts'
import { showDryRun, showPlan, showResult } from './report.ts'
import { phaseText } from './view.ts'

/** What reads the cluster is given: the open session and when to stop. */
export interface Reading {
  session: Session
  signal: AbortSignal
}

/** What was measured: a part of the sentence of the outcome, and of its JSON form. */
export interface Measured {
  text: string
  json: Record<string, unknown>
}

/** Something that is measured while the outcome is waited for. */
export interface Measurement {
  /** Ends it, the first time; with `settle` only when it has seen the end of what is proved already. */
  stop(settle: boolean): Promise<Measured>
}

/** One change: `S` is what the plan is made from, `O` what is observed while waiting. */
export interface Change<S, O> {
  /** What is read, for the spinner: `mycluster`. */
  subject: string
  /** Reads everything that the plan needs. */
  read(reading: Reading): Promise<S>
  /** The same, quickly: only what a conflict or a minute's thought can have changed. Default: `read`. */
  refresh?(before: S, reading: Reading): Promise<S>
  /** Pure. */
  plan(state: S, at: Date): Plan
  /** Reads what the goal needs, over and over. */
  observe(reading: Reading): Promise<O>
  /**
   * Pure; `step` is the one that was just accepted, of plans whose steps wait for one another, else the last one; undefined
   * when there was nothing to send.
   */
  goal(plan: Plan, before: S, step: Step | undefined): Goal<O>
  /** Milliseconds between two observations. Default: a quarter of a second. */
  pollMs?: number
  /** What `--dry-run` prints, and its exit code. Default: the plan and its requests. */
  dryRun?(plan: Plan, settings: ChangeSettings, context: Context): Promise<number>
  /** Begins when the first request is about to be sent. */
  measure?(plan: Plan, before: S, reading: Reading): Measurement
  /** The sentence of a proved outcome: `Switchover done in 9.8 s`; `measured` follows it. */
  done(plan: Plan, outcome: Outcome): string
  /** What JSON and YAML hold instead of the change: the object that it makes. */
  object?(state: S): unknown
}

/**
 * Carries a change through: read, plan, check, ask, apply, wait, report (plan/plan.ts). The outcome goes to stdout, all
 * else to stderr. Returns 0 when the outcome is proved, or with `--no-wait` requested; throws CliError for everything else.
 */
export async function runChange<S, O>(change: Change<S, O>, invocation: Invocation, context: Context): Promise<number> {
  const settings = changeSettings(invocation.options)
  const begin = sayNothingSent(context)
  const prepared = await prepare(change, settings, context).finally(begin)
  if (typeof prepared === 'number') return prepared
  const { run, plan } = prepared
  if (settings.dryRun === 'none') return carryOut(run, plan)
  await apply(run, plan, plan, [])
  const text = 'The API server accepts the requests; nothing was changed.'
  return showResult(plan, 'dry-run', text, settings, context, { object: change.object?.(run.state) })
}

/** Everything before the first request that changes something: the exit code when there will be none. */
async function prepare<S, O>(
  change: Change<S, O>,
  settings: ChangeSettings,
  context: Context,
): Promise<{ run: Run<S, O>; plan: Plan } | number> {
  const { host, signal } = context
  const reading: Reading = { session: await context.session(), signal }
  let state = await spin(context, `Reading ${change.subject}`, () => change.read(reading))
  let plan = change.plan(state, host.clock.now())
  if (settings.dryRun === 'client') {
    return change.dryRun?.(plan, settings, context) ?? showDryRun(plan, settings, context, change.object?.(state))
  }
  if (plan.nothing !== null) return showResult(plan, 'nothing', plan.nothing, settings, context)
  const refusal = refusalOf(plan, settings.force)
  if (refusal !== undefined) throw refusal
  if (settings.dryRun === 'none') {
    await showPlan(plan, context)
    if (plan.steps.length > 0 && mustAsk(plan.consent, settings, hasTerminal(host))) {
      await ask(plan.consent, host)
      // While somebody thinks the cluster goes on: what was agreed to must still be what is done.
      state = await change.read(reading)
      plan = stillAgreed(plan, change.plan(state, host.clock.now()), settings)
    }
  }
  return { run: { change, state, reading, settings, context }, plan }
}

/** Says at the first Ctrl-C that nothing was sent, until the returned function is called. */
function sayNothingSent({ host, signal }: Context): () => void {
  const say = (): void => void host.stderr.write('Interrupted. Nothing was sent.\n').catch(() => undefined)
  signal.addEventListener('abort', say, { once: true })
  return () => signal.removeEventListener('abort', say)
}

interface Run<S, O> {
  change: Change<S, O>
  state: S
  reading: Reading
  settings: ChangeSettings
  context: Context
}

/** Sends and, unless told otherwise, waits; steps of a staged plan one after the other. */
async function carryOut<S, O>(run: Run<S, O>, plan: Plan): Promise<number> {
  const { change, settings, context } = run
  const object = change.object?.(run.state)
  if (!settings.wait && plan.staged && plan.steps.length > 1) throw cannotLeave(plan)
  const measurement = settings.wait ? change.measure?.(plan, run.state, run.reading) : undefined
  const done: Step[] = []
  try {
    const outcome = await stages(run, plan, done)
    const measured = await measurement?.stop(outcome?.kind === 'proved')
    const sent = { ...plan, steps: done }
    const undo = undoOf(done)
    if (outcome === undefined) {
      const requested = done.map((step) => step.requested).join('; ') || 'it had been requested before'
      const text = `${requested}; not waited for. To follow it: ${plan.follow}`
      return await showResult(sent, 'requested', text, settings, context, { undo, object })
    }
    const more = { outcome, undo, object, ...(measured === undefined ? {} : { measured: measured.json }) }
    if (outcome.kind === 'proved') {
      const text = [change.done(plan, outcome), measured?.text ?? ''].filter((part) => part !== '').join('; ')
      return await showResult(sent, 'proved', text, settings, context, more)
    }
    if (settings.output !== 'text') await showResult(sent, outcome.kind, '', settings, context, more)
    throw failureOf(plan, outcome, undo, context.signal, measured?.text)
  } finally {
    await measurement?.stop(false)
  }
}

/** All steps at once, or one after the other is proved; undefined when nobody waits. Adds to `done` what was accepted. */
async function stages<S, O>(run: Run<S, O>, plan: Plan, done: Step[]): Promise<Outcome | undefined> {
  const { change, settings, context } = run
  const { clock } = context.host
  const begin = clock.monotonic()
  const phases: Progress[] = []
  let outcome: Outcome | undefined
  for (const steps of plan.staged ? plan.steps.map((step) => [step]) : [plan.steps]) {
    const applied = await apply(run, { ...plan, steps }, plan, done)
    done.push(...applied.map(({ step }) => step))
    if (!settings.wait) continue
    // Without a step of ours somebody else has sent it: the outcome has to be proved all the same.
    const last = applied.at(-1)
    const since = plan.staged ? begin : (last?.sentAt ?? begin)
    const ended = await wait(run, change.goal(plan, run.state, last?.step ?? steps.at(-1)), since, done, plan)
    phases.push(...ended.phases)
    outcome = { ...ended, phases }
    if (ended.kind !== 'proved') break
  }
  return outcome
}

function apply<S, O>(run: Run<S, O>, part: Plan, whole: Plan, before: readonly Step[]): Promise<Applied[]> {
  const { change, reading, settings, context } = run
  const again = async (accepted: readonly Step[]): Promise<Plan> => {
    const state = await (change.refresh?.(run.state, reading) ?? change.read(reading))
    const plan = change.plan(state, context.host.clock.now())
    // What the first of several steps has brought about is no reason against the next.
    const refusal = accepted.length > 0 ? undefined : refusalOf(plan, settings.force)
    if (refusal !== undefined && premiseChanges(whole, plan).length === 0) throw refusal
    return plan
  }
  return applyPlan(reading.session, part, {
    clock: context.host.clock,
    signal: reading.signal,
    dryRun: settings.dryRun === 'server',
    before,
    again,
    say: (line) => context.host.stderr.write(`${visible(line)}\n`),
  })
}

async function wait<S, O>(
  { change, reading, settings, context }: Run<S, O>,
  goal: Goal<O>,
  since: number,
  done: readonly Step[],
  plan: Plan,
): Promise<Outcome> {
  const { host, signal } = context
  let spinner = host.spinner(`Waiting until ${plan.proof}`)
  const spent = host.clock.monotonic() - since
  // Said at once: a second Ctrl-C may end the program before anything else is.
  const onAbort = (): void => {
    spinner.stop()
    void host.stderr.write(interruptedWhileWaiting(plan, done)).catch(() => undefined)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await waitFor({
      observe: (until) => change.observe({ ...reading, signal: until }),
      goal,
      clock: host.clock,
      signal,
      timeoutMs: settings.timeoutMs === undefined ? undefined : Math.max(0, settings.timeoutMs - spent),
      since,
      ...(change.pollMs === undefined ? {} : { pollMs: change.pollMs }),
      report: async (progress) => {
        spinner.stop()
        await host.stderr.write(phaseText(progress))
        spinner = host.spinner(`Waiting until ${plan.proof}`)
      },
      waitingFor: (reason) => spinner.update(visible(`Waiting: ${reason}`)),
    })
  } catch (error) {
    throw cannotObserve(error, plan, done)
  } finally {
    signal.removeEventListener('abort', onAbort)
    spinner.stop()
  }
}

/** The new plan, when it still is what was agreed to. Throws CliError (conflict, refused) when it is not. */
function stillAgreed(before: Plan, now: Plan, { force }: Pick<ChangeSettings, 'force'>): Plan {
  const changes = premiseChanges(before, now)
  if (changes.length > 0) {
    throw new CliError({
      kind: 'conflict',
      message: `the cluster changed meanwhile: ${changes.join('; ')}`,
      hint: 'Nothing was changed. Look again and decide anew.',
    })
  }
  const refusal = refusalOf(now, force)
  if (refusal !== undefined) throw refusal
  return now
}

async function spin<T>({ host }: Context, text: string, work: () => Promise<T>): Promise<T> {
  const spinner = host.spinner(text)
  try {
    return await work()
  } finally {
    spinner.stop()
  }
}
