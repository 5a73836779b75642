/**
 * Reads a log sequence number such as `2/7A0148D8`.
 *
 * @returns the position in bytes over the full 64 bits; undefined when the text is none.
 */
export function parseLsn(text: string | null | undefined): bigint | undefined {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text ?? '')
  return match ? (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`) : undefined
}

/** Exact distance `from - to` in bytes; undefined when one of the texts is no LSN. */
export function lsnDifference(from: string | null | undefined, to: string | null | undefined): bigint | undefined {
  const start = parseLsn(from)
  const end = parseLsn(to)
  return start === undefined || end === undefined ? undefined : start - end
}

/** Bytes by which `behind` trails `ahead`, never below zero; null when unknown. */
export function lsnLag(ahead: string | null | undefined, behind: string | null | undefined): number | null {
  const difference = lsnDifference(ahead, behind)
  if (difference === undefined) return null
  return difference > 0n ? Number(difference) : 0
}

/** Orders LSN texts ascending; what is no LSN comes first, as zero does (spec/wire-formats.md A.5). */
export function compareLsn(a: string | null | undefined, b: string | null | undefined): number {
  const left = parseLsn(a) ?? -1n
  const right = parseLsn(b) ?? -1n
  return left < right ? -1 : left > right ? 1 : 0
}
