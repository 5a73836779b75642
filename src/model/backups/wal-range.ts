/** Digits of a WAL file's name that stay when it repeats the one before. */
const TAIL = 2

/**
 * The WAL files that a backup needs at least, as `00000004000000000000000C-0E`: of the last one only what differs from the
 * first, two digits or more. One name when they are the same; null when the first is not known.
 */
export function walRange(begin: string | null | undefined, end: string | null | undefined): string | null {
  if (!begin) return null
  if (!end || end === begin) return begin
  let same = 0
  while (same < begin.length && begin[same] === end[same]) same += 1
  return `${begin}-${end.slice(Math.min(same, Math.max(0, end.length - TAIL)))}`
}
