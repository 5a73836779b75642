/** Objects as the sandbox keeps them: JSON with a metadata block, whatever their kind. */

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

export interface OwnerReference {
  apiVersion?: string
  kind: string
  name: string
  uid?: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface Metadata {
  name: string
  namespace?: string
  generateName?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
}

export interface StoredObject {
  apiVersion: string
  kind: string
  metadata: Metadata
  [section: string]: unknown
}

/** The value under the given keys, or undefined as soon as one of them is absent. */
export function at(value: unknown, ...keys: (string | number)[]): unknown {
  let current = value
  for (const key of keys) {
    if (current === null || typeof current !== 'object') return undefined
    current = (current as Record<string | number, unknown>)[key]
  }
  return current
}

/** Like {@link at}, for text: anything that is not a string, number or boolean is the empty string. */
export function text(value: unknown, ...keys: (string | number)[]): string {
  const found = at(value, ...keys)
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : ''
}

/** Like {@link at}, for lists: anything else is the empty list. */
export function list(value: unknown, ...keys: (string | number)[]): unknown[] {
  const found = at(value, ...keys)
  return Array.isArray(found) ? found : []
}

/** Like {@link at}, for maps: anything else is the empty map. */
export function map(value: unknown, ...keys: (string | number)[]): Record<string, unknown> {
  const found = at(value, ...keys)
  return isMap(found) ? found : {}
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** Deep equality of JSON values; the order of keys does not count. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => same(value, b[index]))
  if (!isMap(a) || !isMap(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]))
}
