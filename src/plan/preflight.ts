import { CliError } from '../errors/cli-error.ts'
import type { ClusterStatus } from '../model/cluster-status.ts'
import { blockers } from '../model/rules/assess.ts'
import type { Change } from '../model/rules/types.ts'
import type { Check, Plan } from './plan.ts'

/**
 * What the rules (design 3) say against a change, as checks.
 *
 * @param instance the instance concerned; findings about others do not count then
 */
export function checksOfRules(status: ClusterStatus, change: Change, instance: string | null): Check[] {
  return blockers(status, change, instance).map(({ finding, forcible }) => ({
    id: finding.id,
    message: finding.message,
    forcible,
    ...(finding.command === undefined ? {} : { command: finding.command }),
  }))
}

/** The check of an instance that the cluster does not have: another cluster's pod is none of its business. */
export function unknownInstance({ summary, instances }: ClusterStatus, name: string): Check {
  const known = instances.map((instance) => instance.name).join(', ') || 'none'
  const message = `${name} is no instance of ${summary.namespace}/${summary.name} (its instances: ${known})`
  return { id: 'unknown-instance', message, forcible: false }
}

/** The checks that remain in the way; with `force` only those that it does not lift. */
export function hindrances(plan: Plan, force: boolean): readonly Check[] {
  return force ? plan.checks.filter((check) => !check.forcible) : plan.checks
}

/** The error of a plan that must not be carried out; undefined when nothing stands in the way. */
export function refusalOf(plan: Plan, force: boolean): CliError | undefined {
  const inTheWay = hindrances(plan, force)
  const [first, ...more] = inTheWay
  if (first === undefined) return undefined
  const lines = more.map(({ message }) => `Also: ${message}.`)
  for (const command of new Set(inTheWay.flatMap((check) => check.command ?? []))) lines.push(`What helps: ${command}`)
  const hard = inTheWay.filter((check) => !check.forcible).length
  if (hard === 0) lines.push('Nothing was changed. --force does it all the same.')
  else lines.push('Nothing was changed.')
  return new CliError({
    kind: 'refused',
    message: `${plan.change} refused: ${first.message}`,
    reason: first.id,
    hint: lines.join('\n'),
  })
}
