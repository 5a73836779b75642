import type { Resource } from '../../kube/resources.ts'
import { cellText, readTable } from '../../snapshot/tables.ts'
import type { TableRow } from '../../snapshot/tables.ts'
import type { Candidate, Lookup } from './types.ts'

/** All of a kind in the namespace, by what the server's table says of them. Throws CliError. */
export function rows({ session, signal }: Lookup, resource: Resource, fieldSelector?: string): Promise<TableRow[]> {
  return readTable(session, resource, session.namespace, {
    signal,
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  })
}

/** Those of the cluster that the line names; of all clusters where it names none. */
export async function rowsOfCluster(lookup: Lookup, resource: Resource): Promise<TableRow[]> {
  const { cluster } = lookup
  const all = await rows(lookup, resource)
  return cluster === undefined ? all : all.filter(({ cells }) => cellText(cells['Cluster']) === cluster)
}

/** What the cells say, in one line. */
export function about(parts: readonly unknown[]): string {
  return parts
    .map(cellText)
    .filter((part) => part !== '')
    .join(', ')
}

/** An age as the server's tables write it. */
export function ago(age: unknown): string {
  const text = cellText(age)
  return text === '' ? '' : `${text} ago`
}

/** Each text once, where it comes first. */
export function unique(candidates: readonly Candidate[]): Candidate[] {
  return [...new Map([...candidates].reverse().map((each) => [each.text, each])).values()].reverse()
}
