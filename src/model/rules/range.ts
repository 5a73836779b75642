import { formatQuantity, parseQuantity, type Unit } from './units.ts'

/**
 * A range of the Monitoring Plugins guidelines, "Threshold and ranges". Ends are in the base of a {@link Unit}, inclusive;
 * null stands for infinity. An alert is raised outside of the range, or within it when `inside`.
 */
export interface Range {
  start: number | null
  end: number | null
  inside: boolean
}

/**
 * Reads `10` (0 to 10), `10:` (from 10 on), `~:10` (up to 10), `10:20`, and `@` before any of them for "alert inside".
 * Ends may carry units: `16MB`, `6d:`.
 *
 * @returns undefined when the text is no range, also when it ends before it starts
 */
export function parseRange(text: string, unit: Unit): Range | undefined {
  const match = /^(@?)(?:([^:@~]+|~)?:)?([^:@~]+)?$/.exec(text.trim())
  if (!match || (match[2] === undefined && match[3] === undefined)) return undefined
  const start = match[2] === '~' ? null : parseQuantity(match[2] ?? '0', unit)
  const end = match[3] === undefined ? null : parseQuantity(match[3], unit)
  if (start === undefined || end === undefined) return undefined
  if (start !== null && end !== null && start > end) return undefined
  return { start, end, inside: match[1] === '@' }
}

/** True when a value in the unit's base raises the alert. */
export function alerts(range: Range, value: number): boolean {
  const within = (range.start === null || value >= range.start) && (range.end === null || value <= range.end)
  return within === range.inside
}

/** The range in the grammar of {@link parseRange}: bare numbers for performance data, or with the units people read. */
export function formatRange(range: Range, unit?: Unit): string {
  const write = (value: number) => (unit === undefined ? String(value) : formatQuantity(value, unit))
  const start = range.start === null ? '~:' : range.start === 0 && range.end !== null ? '' : `${write(range.start)}:`
  return `${range.inside ? '@' : ''}${start}${range.end === null ? '' : write(range.end)}`
}
