const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/
const WHOLE = /^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d))+$/
const PIECE = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d)/g

/**
 * Reads a duration in Go's grammar plus days (`1h30m`, `500ms`, `2d`); a bare number means seconds (design 6).
 * Returns milliseconds, or nothing when the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text) * 1000
  if (!WHOLE.test(text)) return undefined
  let sum = 0
  for (const [, number, unit] of text.matchAll(PIECE)) sum += Number(number) * (UNIT_MS[unit ?? ''] ?? 0)
  return text.startsWith('-') ? -sum : sum
}
/** Writes milliseconds as people type them: `10s`, `1m30s`, `500ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  const seconds = Math.round(ms / 100) / 10
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  const rest = Math.round((seconds % 60) * 10) / 10
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', rest > 0 ? `${rest}s` : '']
  return parts.join('') || '0s'
}
