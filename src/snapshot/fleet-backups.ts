import type { Cluster } from '../api/cluster.ts'
import type { Backup } from '../api/companions.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Part } from '../api/part.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { GatherOptions } from './objects.ts'
import { partOf } from './parts.ts'
import type { Reader } from './reader.ts'
import { relevantBackups } from './relevant-backups.ts'
import { inNamespace, ruleOf } from './rules.ts'
import { rowShare } from './share.ts'
import type { TableRow } from './tables.ts'
import { cellText } from './tables.ts'
import { storeOf } from './wants.ts'

/** Above this many objects one list is cheaper than a request for each. */
const SINGLE_READS = 8
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
  const read = await readBackups(reader, namespace, wanted, options)
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

async function readBackups(
  reader: Reader,
  namespace: string | undefined,
  wanted: readonly TableRow[],
  options: GatherOptions,
): Promise<Part<Backup[]>> {
  const { signal } = options
  const resource = Resources.backups
  if (wanted.length > SINGLE_READS) {
    const keys = new Set(wanted.map((row) => `${row.namespace}/${row.name}`))
    const list = reader.listAll<Backup>(pathOf(resource, inNamespace(namespace)), { signal })
    return partOf(
      list.then(({ items }) =>
        items.filter(({ metadata }) => keys.has(`${metadata.namespace ?? ''}/${metadata.name}`)),
      ),
      { ...options, rule: ruleOf(resource, 'list') },
    )
  }
  const reads = wanted.map(async (row) => {
    try {
      return [await reader.getJson<Backup>(pathOf(resource, { namespace: row.namespace, name: row.name }), { signal })]
    } catch (error) {
      // Gone meanwhile.
      if (error instanceof CliError && error.kind === 'missing') return []
      throw error
    }
  })
  return partOf(
    Promise.all(reads).then((found) => found.flat()),
    { ...options, rule: ruleOf(resource, 'get') },
  )
}
