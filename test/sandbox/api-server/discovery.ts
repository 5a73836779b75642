import { groupVersion, subresourcesOf } from './resources.ts'
import type { Registry, ResourceType } from './resources.ts'

const AGGREGATED = /application\/json\s*;[^,]*\bas=APIGroupDiscoveryList\b/
const VERSION_PARAMETER = /\bv=(v2beta1|v2)\b/

/** The version of aggregated discovery a client asks for, or undefined when it takes the old form only. */
export function aggregatedVersion(accept: string): 'v2' | 'v2beta1' | undefined {
  for (const part of accept.split(',')) {
    const version = AGGREGATED.test(part) ? VERSION_PARAMETER.exec(part)?.[1] : undefined
    if (version !== undefined) return version as 'v2' | 'v2beta1'
  }
  return undefined
}

/** Groups in the order of first appearance, each with its versions. */
function groupsOf(registry: Registry): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>()
  for (const { group, version } of registry.types) {
    const versions = groups.get(group) ?? new Set<string>()
    groups.set(group, versions.add(version))
  }
  return groups
}

/** `/api` (core) or `/apis` (all others) in the aggregated form, everything at once. */
export function aggregatedDiscovery(registry: Registry, core: boolean, version: 'v2' | 'v2beta1'): unknown {
  const items = [...groupsOf(registry)]
    .filter(([group]) => (group === '') === core)
    .map(([group, versions]) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: [...versions].map((name) => ({
        version: name,
        freshness: 'Current',
        resources: registry.types.filter((type) => type.group === group && type.version === name).map(aggregated),
      })),
    }))
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items }
}

function aggregated(type: ResourceType): unknown {
  const { group, version, kind, namespaced, plural, singular, shortNames, verbs, categories } = type
  const subresources = subresourcesOf(type).map((sub) => {
    const own = sub.kind === kind || sub.kind.startsWith('Pod')
    const responseKind = own
      ? { group, version, kind: sub.kind }
      : { group: 'autoscaling', version: 'v1', kind: sub.kind }
    return { subresource: sub.name, responseKind, verbs: sub.verbs }
  })
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}

/** `/api` in the old form. */
export function apiVersions(address: string): unknown {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }]
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs }
}

/** `/apis` in the old form. */
export function apiGroupList(registry: Registry): unknown {
  const names = [...groupsOf(registry).keys()].filter((group) => group !== '')
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map((name) => apiGroup(registry, name)) }
}

/** `/apis/<group>`; undefined when there is no such group. */
export function apiGroup(registry: Registry, name: string): Record<string, unknown> | undefined {
  const found = name === '' ? undefined : groupsOf(registry).get(name)
  if (found === undefined) return undefined
  const versions = [...found].map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { kind: 'APIGroup', apiVersion: 'v1', name, versions, preferredVersion: versions[0] }
}

/** `/api/v1` or `/apis/<group>/<version>`; undefined when there is no such version. */
export function apiResourceList(registry: Registry, group: string, version: string): unknown {
  const types = registry.types.filter((type) => type.group === group && type.version === version)
  if (types.length === 0) return undefined
  const resources = types.flatMap((type) => {
    const { plural, singular, namespaced, kind, verbs, shortNames, categories } = type
    const main = {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
    }
    const subs = subresourcesOf(type).map((sub) => ({
      name: `${plural}/${sub.name}`,
      singularName: '',
      namespaced,
      ...(sub.kind === 'Scale' ? { group: 'autoscaling', version: 'v1' } : {}),
      kind: sub.kind,
      verbs: sub.verbs,
    }))
    return [main, ...subs]
  })
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion({ group, version }), resources }
}

/**
 * `/openapi/v3` and its documents, no more than kubectl looks at: that every resource can be patched, and that the
 * server checks unknown fields itself.
 */
export function openApi(registry: Registry, path: string): unknown {
  const roots = new Map(
    [...groupsOf(registry)].flatMap(([group, versions]) =>
      [...versions].map((version) => {
        return [group === '' ? `api/${version}` : `apis/${group}/${version}`, { group, version }] as const
      }),
    ),
  )
  if (path === '/openapi/v3') {
    const paths = [...roots.keys()].map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}?hash=1` }] as const)
    return { paths: Object.fromEntries(paths) }
  }
  const root = path.slice('/openapi/v3/'.length)
  const found = roots.get(root)
  if (found === undefined) return undefined
  const { group, version } = found
  const types = registry.types.filter((type) => type.group === group && type.version === version)
  const parameter = (name: string): unknown => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } })
  const paths = types.map((type) => {
    const operation = {
      responses: { 200: { description: 'OK' } },
      'x-kubernetes-group-version-kind': { group, version, kind: type.kind },
      parameters: ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map(parameter),
    }
    const scope = type.namespaced ? '/namespaces/{namespace}' : ''
    return [`/${root}${scope}/${type.plural}/{name}`, { patch: operation }] as const
  })
  const info = { title: 'Kubernetes', version: 'v1' }
  return { openapi: '3.0.0', info, paths: Object.fromEntries(paths), components: { schemas: {} } }
}
