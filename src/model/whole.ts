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

/** Few members are null, and a fleet is large: what is whole is not copied. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? undefined
  return Array.isArray(value) ? listWithoutNulls(value) : objectWithoutNulls(value as Record<string, unknown>)
}

function listWithoutNulls(items: readonly unknown[]): readonly unknown[] {
  const cleaned = items.map(withoutNulls)
  if (cleaned.every((item, index) => item !== undefined && item === items[index])) return items
  return cleaned.filter((item) => item !== undefined)
}

function objectWithoutNulls(members: Record<string, unknown>): Record<string, unknown> {
  let changed: Map<string, unknown> | undefined
  for (const key in members) {
    const member = members[key]
    if (typeof member !== 'object' && member !== undefined) continue
    const cleaned = withoutNulls(member)
    if (cleaned === undefined || cleaned !== member) (changed ??= new Map()).set(key, cleaned)
  }
  if (changed === undefined) return members
  const cleaned = changed
  // Built anew: an object that members were deleted from is slow to read ever after.
  return Object.fromEntries(
    Object.entries(members)
      .map(([key, member]): [string, unknown] => [key, cleaned.has(key) ? cleaned.get(key) : member])
      .filter(([, member]) => member !== undefined),
  )
}
