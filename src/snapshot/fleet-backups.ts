import type { Cluster } from '../api/cluster.ts'
import type { Backup } from '../api/companions.ts'
import type { Part } from '../api/part.ts'
import { Resources } from '../kube/resources.ts'
import type { GatherOptions } from './objects.ts'
import { readNamed } from './read-named.ts'
import type { Reader } from './reader.ts'
import { relevantBackups } from './relevant-backups.ts'
import { rowShare } from './share.ts'
import type { TableRow } from './tables.ts'
import { cellText } from './tables.ts'
import { storeOf } from './wants.ts'

const COMPLETED = 'completed'
const FAILED = 'failed'

/**
 * The Backups that matter of several clusters, from their table rows. Read in full are only those of which the row does not tell
 * enough: not done yet, or completed where the Cluster does not know of a successful one.
 */
export async function fleetBackups(
  reader: Reader,
  namespace: string | undefined,
  clusters: readonly Cluster[],
  rows: Promise<Part<TableRow[]>>,
  options: GatherOptions,
): Promise<Part<Backup[]>> {
  const part = await rows
  if (!part.ok) return part
  const groups = clusters.map((cluster) => {
    const share = rowShare(part, cluster)
    const own = share.ok ? share.value : []
    const relevant = new Set(relevantBackups(own))
    return { cluster, relevant: own.filter((row) => relevant.has(row)) }
  })
  const wanted = groups.flatMap(({ cluster, relevant }) => relevant.filter((row) => !tellsEnough(row, cluster)))
  const told = groups.flatMap(({ relevant }) => relevant.filter((row) => !wanted.includes(row)).map(backupOf))
  if (wanted.length === 0) return { ...part, value: told }
  const read = await readNamed<Backup>(reader, Resources.backups, namespace, wanted, options)
  return read.ok ? { ...read, value: [...told, ...read.value] } : read
}

function tellsEnough(row: TableRow, cluster: Cluster): boolean {
  const phase = cellText(row.cells['Phase'])
  if (phase === FAILED) return true
  return phase === COMPLETED && (cluster.status?.lastSuccessfulBackup !== undefined || storeOf(cluster) !== undefined)
}

/** The object as far as its row tells it (columns of spec/wire-formats.md B.1). */
function backupOf({ namespace, name, cells, created }: TableRow): Backup {
  const error = cellText(cells['Error'])
  const method = cellText(cells['Method'])
  return {
    metadata: { name, namespace, ...(created === undefined ? {} : { creationTimestamp: created }) },
    spec: { cluster: { name: cellText(cells['Cluster']) }, ...(method === '' ? {} : { method }) },
    status: { phase: cellText(cells['Phase']), ...(error === '' ? {} : { error }) },
  }
}
