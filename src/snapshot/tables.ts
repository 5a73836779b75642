import type { KubeObject, KubeTable } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Resource } from '../kube/resources.ts'
import { pathOf } from '../kube/resources.ts'
import { inNamespace } from './rules.ts'
import type { Reader } from './reader.ts'

/** One object as the server's table prints it: text by column. */
export interface TableRow {
  namespace: string
  name: string
  cells: Readonly<Record<string, unknown>>
  /** Moment of creation, where the table came with the metadata. */
  created?: string
  /** The object itself, where the table came with it. */
  object?: KubeObject
}

const ACCEPT_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
const PAGE = 500

export interface TableOptions {
  signal: AbortSignal
  fieldSelector?: string
  /** Rows come with the metadata of their objects. */
  metadata?: boolean
  /** The first so many rows come with their objects whole; the others as without this. */
  whole?: number
}

/**
 * The objects of a namespace (undefined: of all) as table rows. A namespace's tables come without any object
 * (`includeObject=None`) unless told otherwise; those of all namespaces need the metadata, as no column holds the namespace.
 * Throws CliError; kind `missing` when the kind is not served.
 */
export async function readTable(
  reader: Reader,
  resource: Resource,
  namespace: string | undefined,
  options: TableOptions,
): Promise<TableRow[]> {
  const rows: TableRow[] = []
  const usual = namespace === undefined || options.metadata === true ? 'Metadata' : 'None'
  let from: string | undefined
  do {
    const whole = from === undefined ? options.whole : undefined
    const query: [string, string][] = [
      ['includeObject', whole === undefined ? usual : 'Object'],
      ['limit', String(whole ?? PAGE)],
    ]
    if (options.fieldSelector !== undefined) query.push(['fieldSelector', options.fieldSelector])
    if (from !== undefined) query.push(['continue', from])
    const path = pathOf(resource, inNamespace(namespace))
    const table = await reader.getJson<KubeTable>(path, { query, accept: ACCEPT_TABLE, signal: options.signal })
    rows.push(...rowsOf(table, resource, namespace, whole !== undefined))
    from = table.metadata?.continue
  } while (from !== undefined && from !== '')
  return rows
}

function rowsOf(table: KubeTable, resource: Resource, namespace: string | undefined, whole: boolean): TableRow[] {
  if (!Array.isArray(table.columnDefinitions)) {
    throw new CliError({
      kind: 'server',
      message: `the server answered a request for a table of ${resource.plural} with something else`,
    })
  }
  const columns = table.columnDefinitions.map((column) => column.name)
  return (table.rows ?? []).map((row) => {
    const cells = Object.fromEntries(columns.map((column, index) => [column, row.cells[index]]))
    const { namespace: own = '', creationTimestamp: created } = row.object?.metadata ?? {}
    const name = cellText(cells['Name'])
    return {
      namespace: namespace ?? own,
      name,
      cells,
      ...(created ? { created } : {}),
      ...(whole && row.object?.metadata !== undefined ? { object: row.object as KubeObject } : {}),
    }
  })
}

/** A cell as text; an empty cell, null or absent, is the empty text. */
export function cellText(cell: unknown): string {
  if (typeof cell === 'string') return cell
  return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : ''
}
