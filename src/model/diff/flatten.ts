/**
 * Every leaf of a plain value by its path in words: `storage.size`, `plugins[barman-cloud].enabled`. Items of a list go by
 * their `name` where they have one, so that their order means nothing; other lists are one leaf, in order.
 */
export function flatten(value: unknown, path = ''): [string, string][] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return flattenList(value, path)
  if (typeof value !== 'object') return [[path, leaf(value)]]
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, member]) => flatten(member, path === '' ? key : `${path}.${key}`))
}

function flattenList(items: readonly unknown[], path: string): [string, string][] {
  const names = items.map(nameOf)
  const named = names.every((name) => name !== undefined) && new Set(names).size === names.length
  if (!named) return [[path, items.map(leaf).join('; ')]]
  return items.flatMap((item, index) => {
    const { name: _name, ...rest } = item as Record<string, unknown>
    const place = `${path}[${names[index]}]`
    const members = flatten(rest, place)
    return members.length > 0 ? members : [[place, 'there'] as [string, string]]
  })
}

function nameOf(item: unknown): string | undefined {
  const name = typeof item === 'object' && item !== null ? (item as { name?: unknown }).name : undefined
  return typeof name === 'string' ? name : undefined
}

function leaf(item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item)
}
