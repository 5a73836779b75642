import { Labels } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { KubeObject } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import type { TableRow } from './tables.ts'
import { cellText } from './tables.ts'

type KeyOf<T> = (item: T) => string

/** Which cluster an item of a list belongs to. */
const byLabel: KeyOf<KubeObject> = ({ metadata }) => key(metadata.namespace, metadata.labels?.[Labels.cluster])
const bySpec: KeyOf<KubeObject & { spec: { cluster: { name: string } } }> = ({ metadata, spec }) =>
  key(metadata.namespace, spec.cluster.name)
const byCell: KeyOf<TableRow> = ({ namespace, cells }) => key(namespace, cellText(cells['Cluster']))

/** The objects that carry the operator's label of a cluster. */
export function labelledShare<T extends KubeObject>(part: Part<T[]>, cluster: Pick<Cluster, 'metadata'>): Part<T[]> {
  return shareOf(part, byLabel, cluster)
}

/** The objects whose spec names a cluster: not all carry its label. */
export function namedShare<T extends KubeObject & { spec: { cluster: { name: string } } }>(
  part: Part<T[]>,
  cluster: Pick<Cluster, 'metadata'>,
): Part<T[]> {
  return shareOf(part, bySpec, cluster)
}

/** The rows of a table whose objects name a cluster. */
export function rowShare(part: Part<TableRow[]>, cluster: Pick<Cluster, 'metadata'>): Part<TableRow[]> {
  return shareOf(part, byCell, cluster)
}

/** Lists that were sorted into clusters: once each, as a fleet asks for every cluster's share of every list. */
const sorted = new WeakMap<object, Map<KeyOf<never>, Map<string, unknown[]>>>()

function shareOf<T extends object>(
  part: Part<T[]>,
  keyOf: KeyOf<T>,
  { metadata }: Pick<Cluster, 'metadata'>,
): Part<T[]> {
  if (!part.ok) return part
  const groups = groupsOf(part.value, keyOf)
  return { ...part, value: groups.get(key(metadata.namespace, metadata.name)) ?? [] }
}

function groupsOf<T>(items: T[], keyOf: KeyOf<T>): Map<string, T[]> {
  const known = sorted.get(items) ?? new Map<KeyOf<never>, Map<string, unknown[]>>()
  sorted.set(items, known)
  const done = known.get(keyOf)
  if (done !== undefined) return done as Map<string, T[]>
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  known.set(keyOf, groups)
  return groups
}

function key(namespace: string | undefined, name: string | undefined): string {
  return `${namespace ?? ''}/${name ?? ''}`
}
