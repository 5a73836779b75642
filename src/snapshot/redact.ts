import type { ClusterSnapshot, FleetSnapshot } from '../api/snapshot.ts'

const IPV4 = /\b(?:\d{1,3}\.){3}\d{1,3}\b/g
const IPV6 = /\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b|\b(?:[0-9a-f]{1,4}:){2,6}(?::[0-9a-f]{1,4})+\b/gi
const URL_TEXT = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]+/gi

/**
 * The snapshot without names and addresses that tell whose it is: the same name becomes the same stand-in everywhere, so
 * that what belongs together still can be seen. Versions, sizes, times and states stay.
 */
export function redacted<T extends ClusterSnapshot | FleetSnapshot>(snapshot: T): T {
  const standIns = new StandIns()
  if (!('kind' in snapshot)) return rewritten(snapshot, namesOf(snapshot, standIns), standIns)
  // Each with its own names only: to look for those of all clusters in all of them takes too long.
  const clusters = snapshot.clusters.map((cluster) => rewritten(cluster, namesOf(cluster, standIns), standIns))
  const unread = snapshot.unread.map((each) => {
    const names = [
      ...standIns.add('cluster', [each.name]),
      ...standIns.add('namespace', [each.namespace]),
      ...standIns.add('context', [each.context]),
    ]
    return rewritten(each, names, standIns)
  })
  return { ...snapshot, clusters, unread }
}

/** What stands for names and addresses. */
class StandIns {
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<string, number>()

  /** Gives each name its stand-in, unless it has one; returns the names. */
  add(kind: string, names: readonly (string | undefined)[]): string[] {
    return names.flatMap((name) => {
      if (name === undefined || name === '') return []
      if (!this.#names.has(name)) {
        const count = (this.#counts.get(kind) ?? 0) + 1
        this.#counts.set(kind, count)
        this.#names.set(name, `${kind}-${count}`)
      }
      return [name]
    })
  }

  of(name: string): string {
    return this.#names.get(name) ?? name
  }
}

function rewritten(value: unknown, names: readonly string[], standIns: StandIns): never {
  // Longest first: a name may be the beginning of another.
  const known = [...new Set(names)].sort((a, b) => b.length - a.length)
  const pattern =
    known.length === 0
      ? undefined
      : new RegExp(`(?<![A-Za-z0-9])(?:${known.map(escape).join('|')})(?![A-Za-z0-9])`, 'g')
  const address = (text: string, scheme = ''): string => {
    standIns.add('address', [text])
    return scheme + standIns.of(text)
  }
  const text = (value: string): string => {
    const named = value
      .replace(URL_TEXT, (url, scheme: string) => address(url, scheme))
      .replace(IPV4, (ip) => address(ip))
      .replace(IPV6, (ip) => address(ip))
    return pattern === undefined ? named : named.replace(pattern, (name) => standIns.of(name))
  }
  return mapped(value, text) as never
}

/** The names in a snapshot: those of the cluster and its surroundings, and what users named inside it. */
function namesOf(snapshot: ClusterSnapshot, standIns: StandIns): string[] {
  const { cluster, source, objects } = snapshot
  const names: string[] = []
  const add = (kind: string, found: readonly (string | undefined)[]): void => {
    names.push(...standIns.add(kind, found))
  }
  const list = <T>(part: { ok: boolean; value?: T[] } | undefined): T[] => part?.value ?? []
  const { initdb, recovery, pg_basebackup: copy } = cluster.spec.bootstrap ?? {}
  add('cluster', [
    source.name,
    cluster.spec.replica?.source,
    ...(cluster.spec.externalClusters ?? []).map(({ name }) => name),
  ])
  add('namespace', [
    source.namespace,
    ...list(objects.operator).flatMap(({ namespace, watches = [] }) => [namespace, ...watches]),
  ])
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
