import type { KubeObject } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import { CliError } from '../errors/cli-error.ts'
import type { GatherOptions } from './objects.ts'
import { partOf } from './parts.ts'
import type { Resource } from '../kube/resources.ts'
import { pathOf } from '../kube/resources.ts'
import { inNamespace, ruleOf } from './rules.ts'
import type { Reader } from './reader.ts'
import type { TableRow } from './tables.ts'

/** Above this many objects one list is cheaper than a request for each. */
const SINGLE_READS = 8

/**
 * The objects of rows of a namespace (undefined: of several), in full; only those that did not come with their row are asked for,
 * and one that is gone meanwhile is left out.
 */
export function readNamed<T extends KubeObject>(
  reader: Reader,
  resource: Resource,
  namespace: string | undefined,
  rows: readonly TableRow[],
  options: GatherOptions,
): Promise<Part<T[]>> {
  const { signal } = options
  if (rows.filter((row) => row.object === undefined).length > SINGLE_READS) {
    const list = reader.listAll<T>(pathOf(resource, inNamespace(namespace)), { signal })
    const wanted = new Set(rows.map((row) => `${row.namespace}/${row.name}`))
    return partOf(
      list.then(({ items }) =>
        items.filter(({ metadata }) => wanted.has(`${metadata.namespace ?? ''}/${metadata.name}`)),
      ),
      { ...options, rule: ruleOf(resource, 'list') },
    )
  }
  const reads = rows.map(async ({ namespace: own, name, object }) => {
    if (object !== undefined) return [object as T]
    try {
      return [await reader.getJson<T>(pathOf(resource, { namespace: own, name }), { signal })]
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
