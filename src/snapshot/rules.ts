import type { Resource } from '../kube/resources.ts'

/** The rule that allows a request, in the words of a Role, e.g. `list poddisruptionbudgets (API group policy)`. */
export function ruleOf(resource: Resource, verb: 'get' | 'list'): string {
  return `${verb} ${resource.plural} (API group ${resource.group === '' ? '""' : resource.group})`
}

/** Where a list is read: one namespace or, undefined, all. */
export function inNamespace(namespace: string | undefined): { namespace?: string } {
  return namespace === undefined ? {} : { namespace }
}
