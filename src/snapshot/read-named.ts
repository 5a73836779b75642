import type { KubeObject } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import { CliError } from '../errors/cli-error.ts'
import type { GatherOptions } from './objects.ts'
import { partOf } from './parts.ts'
import type { Resource } from '../kube/resources.ts'
import { pathOf } from '../kube/resources.ts'
import { ruleOf } from './rules.ts'
import type { Reader } from './reader.ts'
import type { TableRow } from './tables.ts'

/** Above this many objects one list is cheaper than a request for each. */
const SINGLE_READS = 8

/**
 * The objects of rows of one namespace, in full and in the order of the rows; only those that did not come with their row are
 * asked for, and one that is gone meanwhile is left out.
 */
export function readNamed<T extends KubeObject>(
  reader: Reader,
  resource: Resource,
  namespace: string,
  rows: readonly TableRow[],
  options: GatherOptions,
): Promise<Part<T[]>> {
  const { signal } = options
  if (rows.filter((row) => row.object === undefined).length > SINGLE_READS) {
    const list = reader.listAll<T>(pathOf(resource, { namespace }), { signal })
    const wanted = new Set(rows.map((row) => row.name))
    return partOf(
      list.then((answer) => answer.items.filter((item) => wanted.has(item.metadata.name))),
      { ...options, rule: ruleOf(resource, 'list') },
    )
  }
  const reads = rows.map(async ({ name, object }) => {
    if (object !== undefined) return [object as T]
    try {
      return [await reader.getJson<T>(pathOf(resource, { namespace, name }), { signal })]
    } catch (error) {
      if (error instanceof CliError && error.kind === 'missing') return []
      throw error
    }
  })
  return partOf(
    Promise.all(reads).then((found) => found.flat()),
    { ...options, rule: ruleOf(resource, 'get') },
  )
}
