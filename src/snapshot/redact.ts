import type { ClusterSnapshot } from '../api/snapshot.ts'

const IPV4 = /\b(?:\d{1,3}\.){3}\d{1,3}\b/g
const IPV6 = /\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b|\b(?:[0-9a-f]{1,4}:){2,6}(?::[0-9a-f]{1,4})+\b/gi
const URL_TEXT = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]+/gi

/**
 * The snapshot without names and addresses that tell whose it is: the same name becomes the same stand-in everywhere, so
 * that what belongs together still can be seen. Versions, sizes, times and states stay.
 */
export function redacted(snapshot: ClusterSnapshot): ClusterSnapshot {
  const names = standIns(snapshot)
  // Longest first: a name may be the beginning of another.
  const known = [...names.keys()].filter((name) => name !== '').sort((a, b) => b.length - a.length)
  const pattern =
    known.length === 0
      ? undefined
      : new RegExp(`(?<![A-Za-z0-9])(?:${known.map(escape).join('|')})(?![A-Za-z0-9])`, 'g')
  const addresses = new Map<string, string>()
  const address = (text: string, scheme = ''): string => {
    const seen = addresses.get(text) ?? `address-${addresses.size + 1}`
    addresses.set(text, seen)
    return scheme + seen
  }
  const text = (value: string): string => {
    const named = value
      .replace(URL_TEXT, (url, scheme: string) => address(url, scheme))
      .replace(IPV4, (ip) => address(ip))
      .replace(IPV6, (ip) => address(ip))
    return pattern === undefined ? named : named.replace(pattern, (name) => names.get(name) ?? name)
  }
  return mapped(snapshot, text) as ClusterSnapshot
}

/** What stands for each name: those of the cluster and its surroundings, and what users named inside it. */
function standIns(snapshot: ClusterSnapshot): Map<string, string> {
  const { cluster, source, objects } = snapshot
  const names = new Map<string, string>()
  const add = (kind: string, list: readonly (string | undefined)[]): void => {
    for (const name of list)
      if (name !== undefined && !names.has(name)) names.set(name, `${kind}-${countOf(names, kind) + 1}`)
  }
  const list = <T>(part: { ok: boolean; value?: T[] } | undefined): T[] => part?.value ?? []
  const { initdb, recovery, pg_basebackup: copy } = cluster.spec.bootstrap ?? {}
  add('cluster', [
    source.name,
    cluster.spec.replica?.source,
    ...(cluster.spec.externalClusters ?? []).map(({ name }) => name),
  ])
  add('namespace', [source.namespace])
  add('context', [source.context])
  add('server', [source.server])
  add(
    'node',
    list(objects.pods).map((pod) => pod.spec.nodeName),
  )
  add(
    'backup',
    list(objects.backups).map(({ metadata }) => metadata.name),
  )
  add(
    'schedule',
    list(objects.scheduledBackups).map(({ metadata }) => metadata.name),
  )
  add(
    'pooler',
    list(objects.poolers).map(({ metadata }) => metadata.name),
  )
  add(
    'database',
    list(objects.databases).flatMap(({ metadata, spec }) => [metadata.name, spec.name, spec.owner]),
  )
  add(
    'database',
    [initdb, recovery, copy].flatMap((origin) => [origin?.database, origin?.owner]),
  )
  add(
    'role',
    (cluster.spec.managed?.roles ?? []).map(({ name }) => name),
  )
  add(
    'role',
    list(objects.databaseRoles).flatMap(({ metadata, spec }) => [metadata.name, spec.name]),
  )
  add(
    'tablespace',
    (cluster.spec.tablespaces ?? []).map(({ name }) => name),
  )
  return names
}

function countOf(names: Map<string, string>, kind: string): number {
  return [...names.values()].filter((name) => name.startsWith(`${kind}-`)).length
}

function escape(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function mapped(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((item) => mapped(item, text))
  if (typeof value !== 'object' || value === null) return value
  // Names are also keys, e.g. of an instance's reported state.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [text(key), mapped(member, text)]))
}
