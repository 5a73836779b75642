import { visible } from '../../api/visible-text.ts'
import type { Context } from '../../cli/command.ts'
import { Exit } from '../../errors/exit-codes.ts'
import type { Plan } from '../../plan/plan.ts'
import { refusalOf } from '../../plan/preflight.ts'
import type { ChangeSettings } from './options.ts'
import { planText } from './view.ts'

/**
 * `--dry-run` of a command that creates one object: what is known goes to stderr and the manifest to stdout, fit for
 * `kubectl create -f -`. Throws CliError `refused` instead of printing what should not be created.
 */
export async function showManifest(plan: Plan, settings: ChangeSettings, context: Context): Promise<number> {
  const { host } = context
  const refusal = refusalOf(plan, settings.force)
  await host.stderr.write(planText(plan, refusal === undefined ? plan.checks : [], await context.painter('stderr')))
  if (plan.nothing !== null) {
    await host.stderr.write(`${visible(plan.nothing)}\n`)
    return Exit.ok
  }
  if (refusal !== undefined) throw refusal
  const manifest = plan.steps[0]?.request.body
  if (settings.output === 'json') await host.stdout.write((await import('../../render/json.ts')).renderJson(manifest))
  else await host.stdout.write((await import('../../render/yaml.ts')).renderYaml(manifest))
  return Exit.ok
}
