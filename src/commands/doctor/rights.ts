import { CNPG_VERSION } from '../../api/constants.ts'
import type { Right } from '../../cli/command.ts'
import { type AccessQuestion, canIAll } from '../../kube/access-review.ts'
import { namespaceRules } from '../../kube/rules-review.ts'
import type { Session } from '../../kube/session.ts'
import { type CommandRights, type MissingRule, verdictOf } from '../../model/doctor/report.ts'
import type { NamedCommand } from '../all-commands.ts'

/** One verb on one resource. */
interface Ask {
  group: string
  resource: string
  verb: string
  clusterScope: boolean
}

/**
 * What the user may do, command by command: the rules of the namespace in one request, and an access review for each right that
 * they do not hold or that reaches beyond the namespace (authorizers other than RBAC do not tell all their rules). Throws CliError
 * when the server does not answer.
 *
 * @param namespace undefined: all namespaces
 */
export async function commandRights(
  session: Session,
  commands: readonly NamedCommand[],
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<CommandRights[]> {
  const asks = new Map<string, Ask>()
  for (const { command } of commands) for (const ask of command.rights.flatMap(asksOf)) asks.set(keyOf(ask), ask)
  const granted = namespace === undefined ? undefined : await namespaceRules(session, namespace, signal)
  const open = [...asks.values()].filter((ask) => ask.clusterScope || granted?.allows(ask) !== true)
  const answers = await canIAll(
    session,
    open.map((ask) => questionOf(ask, namespace)),
    signal,
  )
  const denied = new Set(open.filter((_, index) => answers[index]?.allowed !== true).map(keyOf))
  return commands.map(({ path, command }) => {
    const missing = command.rights.flatMap((right) => missingOf(right, denied))
    return { command: path, verdict: verdictOf(missing), missing }
  })
}

function asksOf({ group, resource, verbs, clusterScope = false }: Right): Ask[] {
  return verbs.map((verb) => ({ group, resource, verb, clusterScope }))
}

function keyOf({ group, resource, verb, clusterScope }: Ask): string {
  return JSON.stringify([group, resource, verb, clusterScope])
}

function questionOf({ group, resource, verb, clusterScope }: Ask, namespace: string | undefined): AccessQuestion {
  const [plural = '', subresource] = resource.split('/')
  return {
    verb,
    // The version plays no part in an answer.
    resource: { group, version: CNPG_VERSION, plural, namespaced: !clusterScope },
    ...(subresource === undefined ? {} : { subresource }),
    ...(clusterScope || namespace === undefined ? {} : { namespace }),
  }
}

function missingOf(right: Right, denied: ReadonlySet<string>): MissingRule[] {
  const { group, resource, clusterScope = false, without = null } = right
  const refused = asksOf(right).filter((ask) => denied.has(keyOf(ask)))
  // Kubernetes asks for one verb or the other on an upgrade, by its version; having one of them is enough to say so.
  const either = UPGRADES.has(resource) && refused.length < right.verbs.length
  if (refused.length === 0 || either) return []
  return [{ group, resource, verbs: refused.map(({ verb }) => verb), clusterScope, without }]
}

const UPGRADES: ReadonlySet<string> = new Set(['pods/exec', 'pods/portforward'])
