/** What a threshold measures. Ranges and measured values are plain numbers of these: bytes, seconds, days, pieces, percent. */
export type Unit = 'bytes' | 'seconds' | 'days' | 'count' | 'percent'

const KILO = 1024
const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: KILO,
  m: KILO ** 2,
  g: KILO ** 3,
  t: KILO ** 4,
  p: KILO ** 5,
}
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, w: 604800 }

/**
 * Reads a quantity of a unit: `16MB` (also `16M`, `16MiB`: as PostgreSQL, 1024 to the kB), `90s`, `1h30m`, `7d`, `85%`. A bare
 * number counts bytes, seconds, days, pieces or percent.
 *
 * @returns the number in the unit's base; undefined when the text is none
 */
export function parseQuantity(text: string, unit: Unit): number | undefined {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text)
  switch (unit) {
    case 'bytes':
      return parseBytes(text)
    case 'seconds':
      return parseSeconds(text)
    case 'days': {
      const seconds = parseSeconds(text)
      return seconds === undefined ? undefined : seconds / SECONDS['d']!
    }
    case 'percent':
      return /^\d+(?:\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : undefined
    case 'count':
      return undefined
  }
}

/** Writes a quantity so that {@link parseQuantity} reads the same number: `16MB`, `5m`, `6d`, `85%`, `64`. */
export function formatQuantity(value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes':
      return largest(value, [
        [KILO ** 4, 'TB'],
        [KILO ** 3, 'GB'],
        [KILO ** 2, 'MB'],
        [KILO, 'kB'],
        [1, 'B'],
      ])
    case 'seconds':
      return largest(value, [
        [86400, 'd'],
        [3600, 'h'],
        [60, 'm'],
        [1, 's'],
      ])
    case 'days':
      return `${value}d`
    case 'percent':
      return `${value}%`
    case 'count':
      return String(value)
  }
}

function largest(value: number, units: readonly (readonly [number, string])[]): string {
  const [size, name] = units.find(([size]) => value !== 0 && value % size === 0) ?? units.at(-1)!
  return `${value / size}${name}`
}

function parseBytes(text: string): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)([kmgtp]?)(?:i?b)?$/i.exec(text)
  return match ? Number(match[1]) * BYTES[match[2]!.toLowerCase()]! : undefined
}

/** Go's durations, with days and weeks. */
function parseSeconds(text: string): number | undefined {
  if (!/^-?(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/.test(text)) return undefined
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)]
  const total = parts.reduce((sum, [, number, unit]) => sum + Number(number) * SECONDS[unit!]!, 0)
  return text.startsWith('-') ? -total : total
}
