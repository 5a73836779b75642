import type { Right } from '../../cli/command.ts'
import type { RoleRule } from '../../render/role.ts'

/** Who has one of these can do more than look: run programs in the pods, reach PostgreSQL, read passwords. */
const POWERFUL: ReadonlySet<string> = new Set(['pods/exec', 'pods/portforward', 'secrets'])

export interface RoleRules {
  /** For a Role, or for a ClusterRole where all namespaces are meant. */
  namespaced: RoleRule[]
  /** For a ClusterRole in any case. */
  clusterWide: RoleRule[]
}

/**
 * The rules that some rights make, each resource once for each loss, those first that nothing works without. Powerful rights that
 * a command can do without are in it as proposals only.
 */
export function roleRules(rights: readonly Right[]): RoleRules {
  const merged = new Map<string, Right>()
  for (const right of rights) {
    const key = JSON.stringify([right.group, right.resource, right.clusterScope ?? false, right.without ?? null])
    const known = merged.get(key)
    const verbs = [...new Set([...(known?.verbs ?? []), ...right.verbs])].sort()
    merged.set(key, { ...right, verbs })
  }
  const needed = [...merged.values()].filter(({ without }) => without === undefined)
  const others = [...merged.values()].flatMap((right) =>
    right.without === undefined ? [] : withoutNeeded(right, needed),
  )
  const all = [...needed, ...others].map((right) => ({ right, rule: ruleOf(right) }))
  const pick = (clusterWide: boolean) =>
    all.flatMap(({ right, rule }) => ((right.clusterScope ?? false) === clusterWide ? [rule] : []))
  return { namespaced: pick(false), clusterWide: pick(true) }
}

/** Verbs that another command needs anyway need no second rule. */
function withoutNeeded(right: Right, needed: readonly Right[]): Right[] {
  const same = needed.filter(({ group, resource }) => group === right.group && resource === right.resource)
  const verbs = right.verbs.filter((verb) => !same.some((other) => other.verbs.includes(verb)))
  return verbs.length === 0 ? [] : [{ ...right, verbs }]
}

function ruleOf({ group, resource, verbs, without }: Right): RoleRule {
  return { group, resource, verbs, without: without ?? null, proposed: without !== undefined && POWERFUL.has(resource) }
}
