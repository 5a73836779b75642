import { groupVersion } from '../resources.ts'
import type { ResourceType } from '../resources.ts'
import { qualified } from '../status.ts'
import type { StoredObject } from '../objects.ts'
import { AGE, NAME } from './columns.ts'
import type { Column } from './columns.ts'
import { CORE_COLUMNS } from './core.ts'
import { CUSTOM_COLUMNS } from './custom.ts'
import { POD_COLUMNS } from './pods.ts'

export type IncludeObject = 'None' | 'Metadata' | 'Object'

export interface ListMeta {
  resourceVersion?: string
  continue?: string
  remainingItemCount?: number
}

export interface Table {
  kind: 'Table'
  apiVersion: 'meta.k8s.io/v1'
  metadata: ListMeta
  columnDefinitions: { name: string; type: string; format: string; description: string; priority: number }[] | null
  rows: { cells: unknown[]; object?: unknown }[]
}

export function columnsOf(type: ResourceType): readonly Column[] {
  if (type.custom) return CUSTOM_COLUMNS[qualified(type)] ?? [NAME, AGE]
  return type.plural === 'pods' ? POD_COLUMNS : (CORE_COLUMNS[type.plural] ?? [NAME, AGE])
}

/** Objects as the Table that `kubectl get` asks for. Without headers the definitions are left out, as in a watch. */
export function tableOf(
  type: ResourceType,
  objects: readonly StoredObject[],
  options: { now: Date; include: IncludeObject; metadata: ListMeta; headers?: boolean },
): Table {
  const columns = columnsOf(type)
  const definitions = columns.map(({ name, type: kind, format, priority }) => {
    return { name, type: kind, format, description: `${name} of the ${type.singular}`, priority }
  })
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: options.headers === false ? null : definitions,
    rows: objects.map((object) => ({
      cells: columns.map((each) => each.cell(object, options.now)),
      ...included(type, object, options.include),
    })),
  }
}

function included(type: ResourceType, object: StoredObject, include: IncludeObject): { object?: unknown } {
  if (include === 'None') return {}
  if (include === 'Metadata') return { object: partialObject(object) }
  return { object: { ...object, apiVersion: groupVersion(type), kind: type.kind } }
}

/** Only the metadata of an object. */
export function partialObject(object: StoredObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
}
