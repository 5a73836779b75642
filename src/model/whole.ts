import type { KubeObject } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import type { ClusterObjects, ClusterSnapshot, InstanceReading } from '../api/snapshot.ts'

/**
 * A snapshot in which nothing is null and what every object has is there, whatever an API server, an old operator or a file
 * left out: then `absent` is the only way of not being there. Objects without a name are dropped.
 */
export function whole(snapshot: ClusterSnapshot): ClusterSnapshot {
  const { cluster, objects, instances = [], source } = withoutNulls(snapshot) as Holey<ClusterSnapshot>
  return {
    ...(snapshot as Omit<ClusterSnapshot, 'cluster' | 'objects' | 'instances'>),
    cluster: {
      ...cluster,
      metadata: { ...cluster?.metadata, name: cluster?.metadata?.name ?? source?.name ?? '' },
      spec: cluster?.spec ?? {},
    } as ClusterSnapshot['cluster'],
    objects: Object.fromEntries(
      Object.entries(objects ?? {}).map(([name, part]) => [name, wholePart(part as Part<unknown>, name)]),
    ) as unknown as ClusterObjects,
    instances: (instances as InstanceReading[]).map(({ status, metrics, details, ...reading }) => ({
      ...reading,
      status: wholePart(status),
      metrics: wholePart(metrics),
      ...(details ? { details: wholePart(details) } : {}),
    })),
  }
}

/** Any member may be missing, at any depth. */
type Holey<T> = T extends object ? { [K in keyof T]?: Holey<T[K]> } : T

/** Kinds whose spec names the cluster; not all carry its label. */
const NAMING: readonly string[] = [
  'backups',
  'scheduledBackups',
  'poolers',
  'databases',
  'publications',
  'subscriptions',
  'databaseRoles',
]

/** Lists of what is no Kubernetes object. */
const PLAIN: readonly string[] = ['operator', 'poolerCertificates']

function wholePart<T>(part: Part<T>, name = ''): Part<T> {
  if (!part.ok) return part
  if (part.value === undefined) return { ok: false, reason: 'unreadable', message: 'the answer is empty' }
  if (!Array.isArray(part.value) || PLAIN.includes(name)) return part
  return { ...part, value: part.value.flatMap((item: Holey<KubeObject>) => wholeObject(item, name)) as T }
}

function wholeObject(object: Holey<KubeObject> & { spec?: { cluster?: object } }, kind: string): unknown[] {
  if (object.metadata?.name === undefined) return []
  const spec = NAMING.includes(kind) ? { ...object.spec, cluster: { name: '', ...object.spec?.cluster } } : object.spec
  return [{ ...object, spec: spec ?? {} }]
}

/** Few members are null, and a fleet is large: what is whole is neither copied nor listed. */
function withoutNulls(value: object): object {
  return Array.isArray(value) ? listWithoutNulls(value) : objectWithoutNulls(value as Record<string, unknown>)
}

function listWithoutNulls(items: unknown[]): unknown[] {
  let copy: unknown[] | undefined
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index]
    const cleaned = typeof item === 'object' && item !== null ? withoutNulls(item) : (item ?? undefined)
    if (copy === undefined && (cleaned !== item || item === undefined)) copy = items.slice(0, index)
    if (cleaned !== undefined) copy?.push(cleaned)
  }
  return copy ?? items
}

function objectWithoutNulls(members: Record<string, unknown>): Record<string, unknown> {
  let changed: Record<string, unknown> | undefined
  for (const key in members) {
    const member = members[key]
    if (typeof member !== 'object') {
      if (member === undefined) changed ??= {}
      continue
    }
    const cleaned = member === null ? undefined : withoutNulls(member)
    if (cleaned === member) continue
    changed ??= {}
    if (cleaned !== undefined) changed[key] = cleaned
  }
  return changed === undefined ? members : exchanged(members, changed)
}

/** Built anew: an object that members were deleted from is slow to read ever after. */
function exchanged(members: Record<string, unknown>, changed: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const key in members) {
    // Nothing of ours, and to be set it is no member but an order.
    if (key === '__proto__') continue
    const member = Object.hasOwn(changed, key) ? changed[key] : members[key]
    if (member !== null && member !== undefined) copy[key] = member
  }
  return copy
}
