import { CliError } from '../../errors/cli-error.ts'
import { undoOf } from '../../plan/plan.ts'
import type { Plan, Step } from '../../plan/plan.ts'
import type { Outcome } from '../../plan/wait.ts'
import { secondsText } from './view.ts'

/** The error of a change that was requested and did not come to its proof. */
export function failureOf(
  plan: Plan,
  outcome: Outcome,
  undo: readonly string[],
  signal: AbortSignal,
  measured = '',
): CliError {
  const reasons = [outcome.reason, measured].filter((text) => text !== null && text !== '')
  const last = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`
  const time = secondsText(outcome.seconds)
  switch (outcome.kind) {
    case 'timed-out':
      return new CliError({
        kind: 'timeout',
        message: `not proved after ${time} that ${plan.proof}${last}`,
        hint: lines('It was requested and may still be running.', ...onward(plan, undo)),
      })
    case 'interrupted': {
      const reason: unknown = signal.reason
      return new CliError({
        kind: 'interrupted',
        message: `interrupted after ${time}${last}`,
        ...(reason instanceof CliError ? { exitCode: reason.exitCode } : {}),
        hint: 'What was accepted goes on without this program.',
      })
    }
    default:
      return new CliError({
        kind: 'failed',
        message: `${plan.change} of ${plan.target} failed after ${time}${last}`,
        hint: lines(...onward(plan, undo)),
      })
  }
}

/** What is said at the first Ctrl-C of a wait. */
export function interruptedWhileWaiting(plan: Plan, done: readonly Step[]): string {
  const sent = done.map((step) => step.requested).join('; ')
  const what =
    sent === '' ? 'This command has sent nothing; what was requested before goes on' : `Already accepted: ${sent}`
  return `Interrupted. ${what}.\n${onward(plan, undoOf(done)).join('\n')}\n`
}

/** The outcome cannot be observed any more, for a reason that does not pass. */
export function cannotObserve(error: unknown, plan: Plan, done: readonly Step[]): unknown {
  if (!(error instanceof CliError)) return error
  return new CliError({
    kind: error.kind,
    message: `it was requested, but its outcome cannot be observed: ${error.message}`,
    ...(error.code === undefined ? {} : { code: error.code }),
    hint: lines(error.hint, ...onward(plan, undoOf(done))),
  })
}

/** A plan whose steps wait for one another cannot be left alone. */
export function cannotLeave(plan: Plan): CliError {
  return new CliError({
    kind: 'usage',
    message: `--no-wait is not possible here: ${plan.steps.length} steps have to wait for one another`,
    hint: 'Nothing was changed. Leave out --no-wait, or change one instance at a time.',
  })
}

function onward(plan: Plan, undo: readonly string[]): string[] {
  return [`To follow it: ${plan.follow}`, ...undo.map((text) => `To undo it: ${text}`)]
}

function lines(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined).join('\n')
}
