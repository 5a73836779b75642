import { visible } from '../../api/visible-text.ts'
import type { Painter } from '../../host/types.ts'
import { pathOfRequest } from '../../plan/apply.ts'
import type { Check, Plan, PlannedRequest } from '../../plan/plan.ts'
import type { Outcome, Progress } from '../../plan/wait.ts'

/** Width of a label and of the text of a phase (spec/screens.md 5). */
const LABEL = 15
const PHASE = 40

/** What is known before a change: title, facts, warnings, and what `--force` passes over. */
export function planText(plan: Plan, forced: readonly Check[], painter: Painter): string {
  const lines = [painter.paint('title', visible(plan.title))]
  for (const { label, text, tone } of plan.facts) {
    lines.push(`  ${label.padEnd(LABEL - 1)} ${painter.paint(tone, visible(text))}`)
  }
  for (const text of plan.warnings) lines.push(`${painter.paint('warn', 'Warning:')} ${visible(text)}`)
  for (const { message } of forced) lines.push(`${painter.paint('warn', 'Forced:')} ${visible(message)}`)
  return `${lines.join('\n')}\n`
}

/** The human form of `--dry-run`: the same, and what would be sent. */
export function dryRunText(plan: Plan, painter: Painter): string {
  const steps = plan.steps.map((step, index) => {
    const request = `${step.request.method} ${pathOfRequest(step.request)}`
    return `  ${index + 1}. ${visible(step.description)}\n     ${painter.paint('dim', visible(request))}`
  })
  const found = plan.checks.map(
    ({ message, forcible }) =>
      `${painter.paint(forcible ? 'warn' : 'bad', forcible ? 'Needs --force:' : 'Refused:')} ${visible(message)}`,
  )
  const body =
    plan.nothing === null ? ['Would do:', ...steps, `Proof: ${visible(plan.proof)}`] : [visible(plan.nothing)]
  return `${planText(plan, [], painter)}${[...found, ...body].join('\n')}\n`
}

/** `mycluster-1 shutting down               1.2 s` */
export function phaseText({ text, seconds }: Progress): string {
  return `${visible(text).padEnd(PHASE - 1)} ${secondsText(seconds)}\n`
}

/** `9.8 s` */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(1)} s`
}

/** One request as `-o yaml` and `-o json` show it: exactly what is sent. */
function requestJson(request: PlannedRequest): Record<string, unknown> {
  const { method, contentType, body } = request
  return {
    method,
    path: pathOfRequest(request),
    ...(body === undefined ? {} : { contentType: contentType ?? 'application/json', body }),
  }
}

/** What became of a change, in one word. */
export type Result = 'nothing' | 'dry-run' | 'requested' | Outcome['kind']

/** The JSON form of a change: the plan, its requests, and what became of it. */
export function changeJson(
  plan: Plan,
  result: Result,
  more: { outcome?: Outcome; measured?: Record<string, unknown>; undo?: readonly string[] } = {},
): Record<string, unknown> {
  const { outcome, measured = {}, undo = [] } = more
  return {
    schemaVersion: 1,
    change: plan.change,
    target: plan.target,
    title: plan.title,
    outcome: result,
    seconds: outcome?.seconds ?? null,
    reason: outcome?.reason ?? plan.nothing,
    phases: outcome?.phases ?? [],
    ...measured,
    facts: plan.facts.map(({ label, text }) => ({ label, text })),
    warnings: plan.warnings,
    checks: plan.checks,
    requests: plan.steps.map((step) => ({ description: step.description, ...requestJson(step.request) })),
    proof: plan.proof,
    undo,
  }
}
