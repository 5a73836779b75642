import { isMap, same } from '../objects.ts'
import { ApiError, badRequest } from '../status.ts'

interface Operation {
  op: string
  path: string
  from?: string
  value?: unknown
}

/** Applies a JSON patch (RFC 6902) to a copy. Throws 400 when it is no patch, 422 when an operation fails. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  const holder = { root: structuredClone(target) }
  for (const operation of patch as Operation[]) perform(holder, operation)
  return holder.root
}

function perform(holder: { root: unknown }, { op, path, from = '', value }: Operation): void {
  switch (op) {
    case 'add':
      return add(holder, path, value)
    case 'remove':
      remove(holder, path)
      return
    case 'replace':
      read(holder, path)
      remove(holder, path)
      return add(holder, path, value)
    case 'move':
      return add(holder, path, remove(holder, from))
    case 'copy':
      return add(holder, path, structuredClone(read(holder, from)))
    case 'test':
      if (same(find(holder, path) ?? null, value ?? null)) return
      throw failed(`testing value ${path} failed`)
    default:
      throw failed(`unexpected kind: ${op}`)
  }
}

function pointer(path: string): string[] {
  if (path !== '' && !path.startsWith('/')) throw failed(`invalid path: ${path}`)
  const words = path.split('/').slice(1)
  return ['root', ...words.map((word) => word.replaceAll('~1', '/').replaceAll('~0', '~'))]
}

function find(holder: { root: unknown }, path: string): unknown {
  let current: unknown = holder
  for (const key of pointer(path)) {
    if (Array.isArray(current)) current = current[Number(key)] as unknown
    else if (isMap(current)) current = current[key]
    else return undefined
  }
  return current
}

function read(holder: { root: unknown }, path: string): unknown {
  const found = find(holder, path)
  if (found === undefined) throw failed(`missing path: ${path}`)
  return found
}

function parentOf(holder: { root: unknown }, path: string): { parent: unknown; key: string } {
  const keys = pointer(path)
  const key = keys.pop() ?? ''
  let parent: unknown = holder
  for (const step of keys)
    parent = Array.isArray(parent) ? (parent[Number(step)] as unknown) : isMap(parent) ? parent[step] : undefined
  if (!Array.isArray(parent) && !isMap(parent))
    throw failed(`add operation does not apply: doc is missing path: "${path}"`)
  return { parent, key }
}

function add(holder: { root: unknown }, path: string, value: unknown): void {
  const { parent, key } = parentOf(holder, path)
  if (!Array.isArray(parent)) {
    ;(parent as Record<string, unknown>)[key] = value
    return
  }
  const index = key === '-' ? parent.length : Number(key)
  if (!Number.isInteger(index) || index < 0 || index > parent.length) throw failed(`invalid index referenced: ${path}`)
  parent.splice(index, 0, value)
}

function remove(holder: { root: unknown }, path: string): unknown {
  const { parent, key } = parentOf(holder, path)
  if (Array.isArray(parent)) {
    if (!(Number(key) < parent.length)) throw failed(`invalid index referenced: ${path}`)
    return parent.splice(Number(key), 1)[0]
  }
  const map = parent as Record<string, unknown>
  if (!(key in map)) throw failed(`remove operation does not apply: doc is missing path: "${path}"`)
  const value = map[key]
  delete map[key]
  return value
}

function failed(why: string): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    causes: [{ reason: 'UnexpectedServerResponse', message: why }],
  })
}
