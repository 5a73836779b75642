import { visible } from '../../api/visible-text.ts'
import type { Context } from '../../cli/command.ts'
import { Exit } from '../../errors/exit-codes.ts'
import type { Plan } from '../../plan/plan.ts'
import { hindrances, refusalOf } from '../../plan/preflight.ts'
import type { ChangeSettings } from './options.ts'
import { changeJson, dryRunText, planText } from './view.ts'
import type { Result } from './view.ts'

/** Shows what is known before the change, on stderr. */
export async function showPlan(plan: Plan, context: Context): Promise<void> {
  await context.host.stderr.write(planText(plan, plan.checks, await context.painter('stderr')))
}

/**
 * The whole of `--dry-run`: 1 when the change would be refused. `object` is what JSON and YAML hold instead of the change; throws
 * CliError (refused) when it cannot be made.
 */
export async function showDryRun(
  plan: Plan,
  settings: ChangeSettings,
  context: Context,
  object?: unknown,
): Promise<number> {
  const refusal = object === undefined || settings.output === 'text' ? undefined : refusalOf(plan, settings.force)
  if (refusal !== undefined) throw refusal
  if (settings.output === 'text') await context.host.stdout.write(dryRunText(plan, await context.painter('stdout')))
  else await showResult(plan, 'dry-run', '', settings, context, { object })
  return hindrances(plan, settings.force).length === 0 ? Exit.ok : Exit.failed
}

/** Writes the outcome to stdout: the sentence, or all of it as JSON or YAML. */
export async function showResult(
  plan: Plan,
  result: Result,
  text: string,
  { output }: ChangeSettings,
  { host }: Context,
  more: Parameters<typeof changeJson>[2] & { object?: unknown } = {},
): Promise<number> {
  if (output === 'text') {
    await host.stdout.write(`${visible(text)}\n`)
    return Exit.ok
  }
  const value = more.object ?? changeJson(plan, result, more)
  if (output === 'yaml') await host.stdout.write((await import('../../render/yaml.ts')).renderYaml(value))
  else await host.stdout.write((await import('../../render/json.ts')).renderJson(value))
  return Exit.ok
}
