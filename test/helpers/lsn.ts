/** Writes a position as PostgreSQL does: two upper-case hexadecimal numbers without leading zeros. */
export function formatLsn(position: bigint): string {
  return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`.toUpperCase()
}
