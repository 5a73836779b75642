/** Where something is in a plain value: members and indices from the outside in. */
export type Path = readonly (string | number)[]

/** Every place in a plain value, the value itself left out. */
export function pathsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value)
  return entries.flatMap(([key, member]) => [[...at, key], ...pathsIn(member, [...at, key])])
}

/** A copy in which one place holds something else; `undefined` removes it. What is not on the way is shared. */
export function changedAt<T>(value: T, [key, ...rest]: Path, replacement: unknown): T {
  if (key === undefined) return replacement as T
  const inner = (value as Record<string | number, unknown>)[key]
  const next = rest.length === 0 ? replacement : changedAt(inner, rest, replacement)
  if (Array.isArray(value)) {
    const items = [...(value as unknown[])]
    if (next === undefined) items.splice(key as number, 1)
    else items[key as number] = next
    return items as T
  }
  const { [key]: _old, ...others } = value as Record<string, unknown>
  return (next === undefined ? others : { ...others, [key]: next }) as T
}
