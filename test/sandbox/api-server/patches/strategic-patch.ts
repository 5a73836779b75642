import { isMap, same } from '../objects.ts'

/** By which key the elements of a list belong together, by the list's name. Other lists are replaced as a whole. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  ports: ['containerPort', 'port'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  conditions: ['type'],
  addresses: ['type'],
  ownerReferences: ['uid'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
}

/** Lists of plain values that are joined instead of replaced. */
const JOINED = ['finalizers']

type Fields = Record<string, unknown>

/**
 * Applies a strategic merge patch as Kubernetes does for its own kinds: like a merge patch, but lists with a merge key are
 * merged element by element; with the directives $patch, $retainKeys, $deleteFromPrimitiveList and $setElementOrder.
 */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return structuredClone(patch)
  if (patch['$patch'] === 'replace') return strip(patch)
  const result: Fields = isMap(target) ? { ...target } : {}
  const kept = patch['$retainKeys']
  if (Array.isArray(kept)) for (const key of Object.keys(result)) if (!kept.includes(key)) delete result[key]
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys') continue
    const [directive, field] = key.startsWith('$') ? key.split('/') : [undefined, key]
    if (directive === '$deleteFromPrimitiveList') result[field ?? ''] = without(result[field ?? ''], value)
    else if (directive === '$setElementOrder') continue
    else if (value === null) delete result[key]
    else result[key] = Array.isArray(value) ? mergeList(key, result[key], value) : strategicPatch(result[key], value)
  }
  for (const [key, order] of Object.entries(patch)) {
    const field = key.startsWith('$setElementOrder/') ? key.slice('$setElementOrder/'.length) : undefined
    if (field !== undefined && Array.isArray(order)) result[field] = ordered(field, result[field], order)
  }
  return result
}

function mergeList(field: string, target: unknown, patch: unknown[]): unknown[] {
  const old: unknown[] = Array.isArray(target) ? target : []
  if (JOINED.includes(field)) return [...new Set([...old, ...patch])]
  if (patch.some((element) => isMap(element) && element['$patch'] === 'replace' && Object.keys(element).length === 1))
    return patch.filter((element) => !(isMap(element) && element['$patch'] === 'replace')).map(strip)
  const key = mergeKey(field, [...patch, ...old])
  if (key === undefined) return structuredClone(patch)
  let result = [...old]
  for (const element of patch as Fields[]) {
    const index = result.findIndex((each) => isMap(each) && same(each[key], element[key]))
    if (element['$patch'] === 'delete') result = result.filter((_, position) => position !== index)
    else if (index === -1) result.push(strategicPatch({}, element))
    else result[index] = strategicPatch(result[index], element)
  }
  return result
}

function mergeKey(field: string, elements: unknown[]): string | undefined {
  return MERGE_KEYS[field]?.find((key) => elements.every((element) => isMap(element) && key in element))
}

function without(target: unknown, gone: unknown): unknown[] {
  const removed: unknown[] = Array.isArray(gone) ? gone : []
  return Array.isArray(target) ? target.filter((value) => !removed.includes(value)) : []
}

/** Sorts a list by the order that a patch names; elements it does not name keep their place at the end. */
function ordered(field: string, target: unknown, order: unknown[]): unknown[] {
  if (!Array.isArray(target)) return []
  const key = mergeKey(field, [...order, ...(target as unknown[])])
  const rank = (element: unknown): number => {
    const index = order.findIndex((each) => {
      return key === undefined ? same(each, element) : isMap(each) && isMap(element) && same(each[key], element[key])
    })
    return index === -1 ? order.length : index
  }
  return [...(target as unknown[])].sort((a, b) => rank(a) - rank(b))
}

function strip(value: unknown): unknown {
  if (!isMap(value)) return structuredClone(value)
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== '$patch'))
}
