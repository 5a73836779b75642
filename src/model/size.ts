/** Units of `pg_size_pretty` with the value from which the next one is used. */
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/**
 * Bytes as `pg_size_pretty` prints them: the smallest unit whose value stays below 10240 (bytes) or rounds to at most
 * 10239 (the others), rounded half away from zero.
 */
export function prettySize(bytes: number): string {
  let value = BigInt(Math.trunc(bytes))
  if (absolute(value) < 10240n) return `${value} bytes`
  // From kB on PostgreSQL keeps one bit more than the unit, so that the last step can round.
  value /= 512n
  let unit = 1
  while (absolute(value) >= 20479n && unit < UNITS.length - 1) {
    value /= 1024n
    unit += 1
  }
  const rounded = (value + (value < 0n ? -1n : 1n)) / 2n
  return `${rounded} ${UNITS[unit]}`
}

/** As {@link prettySize} with the short unit `B` for small numbers, as lags are shown: `0 B`, `812 MB`. */
export function prettyLag(bytes: number): string {
  return prettySize(bytes).replace(/ bytes$/, ' B')
}

/** Reads the text of `pg_size_pretty`; the result is as coarse as the text. Undefined when it is none. */
export function parsePrettySize(text: string | null | undefined): number | undefined {
  const match = /^(-?\d+) (bytes|kB|MB|GB|TB|PB)$/.exec(text ?? '')
  if (!match) return undefined
  const unit = UNITS.indexOf(match[2] as (typeof UNITS)[number])
  return Number(match[1]) * 1024 ** unit
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}
