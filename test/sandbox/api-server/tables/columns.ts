import { at } from '../objects.ts'
import type { StoredObject } from '../objects.ts'
import { age } from './ages.ts'

export interface Column {
  name: string
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  format: string
  /** 0 is shown always, above that only with `-o wide`. */
  priority: number
  cell(object: StoredObject, now: Date): unknown
}

type Cell = (object: StoredObject, now: Date) => unknown

export function column(name: string, cell: Cell, traits: Partial<Column> = {}): Column {
  return { name, type: 'string', format: '', priority: 0, ...traits, cell }
}

export function wide(name: string, cell: Cell): Column {
  return column(name, cell, { priority: 1 })
}

export const NAME = column('Name', (object) => object.metadata.name, { format: 'name' })
export const AGE = column('Age', (object, now) => age(object.metadata.creationTimestamp, now))
/** RBAC objects and definitions show the moment itself. */
export const CREATED_AT = column('Created At', (object) => object.metadata.creationTimestamp ?? null, { type: 'date' })

/** A column of a CustomResourceDefinition: what stands at a JSON path; nothing there is an empty cell. */
export function pathColumn(name: string, path: string, type: Column['type'] = 'string'): Column {
  const keys = path.split('.').slice(1)
  const cell: Cell = (object, now) => {
    const value = at(object, ...keys) ?? null
    if (value === null) return null
    if (type === 'date') return age(value, now)
    if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value)
    return typeof value === 'object' ? null : value
  }
  return column(name, cell, { type })
}
