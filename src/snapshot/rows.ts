import type { Cluster } from '../api/cluster.ts'
import type { AppliedStatus } from '../api/companions.ts'
import type { KubeObject } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import { rowShare } from './share.ts'
import type { TableRow } from './tables.ts'
import { cellText } from './tables.ts'

/** The Databases, Publications, Subscriptions or DatabaseRoles of one cluster, from their rows. */
export function appliedOf<T extends KubeObject>(part: Part<TableRow[]>, cluster: Cluster): Part<T[]> {
  const rows = rowShare(part, cluster)
  return rows.ok ? { ...rows, value: rows.value.map((row) => appliedObject<T>(row)) } : rows
}

/** The object as far as its row tells it (columns of spec/wire-formats.md B.1). */
export function appliedObject<T extends KubeObject>(row: TableRow): T {
  const applied = cellText(row.cells['Applied'])
  const message = cellText(row.cells['Message'])
  const status: AppliedStatus = {
    ...(applied === '' ? {} : { applied: applied === 'true' }),
    ...(message === '' ? {} : { message }),
  }
  const object: KubeObject & { spec: unknown; status: AppliedStatus } = {
    metadata: { name: row.name, namespace: row.namespace },
    spec: { cluster: { name: cellText(row.cells['Cluster']) }, name: cellText(row.cells['PG Name']) },
    status,
  }
  return object as unknown as T
}
