const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?\s?(Z|[+-]\d\d(?::?\d\d)?(?::?\d\d)?)(?: [A-Za-z0-9+-]+)?(?: m=\S+)?$/

/**
 * Reads the time texts that managers, operators and PostgreSQL write: RFC 3339, Go's default form
 * (`2026-11-23 05:35:37 +0000 UTC`) and PostgreSQL's local times with an offset (`2026-11-23 15:43:04.95+09`).
 *
 * @returns the moment as ISO 8601 in UTC, its fraction as written; undefined when the text is none (also `-infinity`).
 */
export function toUtc(text: string | null | undefined): string | undefined {
  const match = TIMESTAMP.exec((text ?? '').trim())
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  const iso = isoSeconds(local)
  if (!iso.startsWith(`${year}-${month}-${day}`)) return undefined
  const offset = offsetSeconds(zone ?? 'Z')
  return `${offset === 0 ? iso : isoSeconds(local - offset * 1000)}${fraction ? `.${fraction}` : ''}Z`
}

/** `2026-11-23T05:35:37` of milliseconds. */
function isoSeconds(time: number): string {
  return new Date(time).toISOString().slice(0, 19)
}

/** Seconds east of UTC of `Z`, `+09`, `+0530` or `-03:30:00`. */
function offsetSeconds(zone: string): number {
  if (zone === 'Z') return 0
  const digits = zone.slice(1).replaceAll(':', '')
  const [hours = 0, minutes = 0, seconds = 0] = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)].map(Number)
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
}

/** Seconds from `earlier` to `later`, both ISO 8601 in UTC; null when one is missing or no time. */
export function secondsBetween(earlier: string | null | undefined, later: string | null | undefined): number | null {
  const start = milliseconds(earlier)
  const end = milliseconds(later)
  return start === undefined || end === undefined ? null : (end - start) / 1000
}

function milliseconds(iso: string | null | undefined): number | undefined {
  const time = Date.parse(iso ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** Go's default form, rounded to the second: `2026-11-23 05:35:37 +0000 UTC`. */
export function goTime(iso: string): string {
  const rounded = new Date(Math.round(Date.parse(iso) / 1000) * 1000)
  return `${rounded.toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`
}

/**
 * A span as Go prints it, rounded to the second: `14s`, `12m40s`, `26h4m9s`; from two days on shorter: `3d4h`.
 */
export function duration(seconds: number): string {
  const total = Math.round(Math.abs(seconds))
  const sign = seconds < 0 && total > 0 ? '-' : ''
  const days = Math.floor(total / 86400)
  if (days >= 2) return `${sign}${days}d${Math.floor((total % 86400) / 3600)}h`
  const hours = Math.floor(total / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  const rest = total % 60
  if (hours > 0) return `${sign}${hours}h${minutes}m${rest}s`
  return minutes > 0 ? `${sign}${minutes}m${rest}s` : `${sign}${rest}s`
}

/** Age of a moment at `now`, as {@link duration}; a moment in the future has age zero. Null when unknown. */
export function age(iso: string | null | undefined, now: string): string | null {
  const seconds = secondsBetween(iso, now)
  return seconds === null ? null : duration(Math.max(0, seconds))
}

/** Seconds of an interval as PostgreSQL prints it: `00:00:00.004461`, `1 day 02:03:04`; undefined when it is none. */
export function intervalSeconds(text: string | null | undefined): number | undefined {
  const match = /^(?:(-?\d+) days?)? ?(?:(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?))?$/.exec(text ?? '')
  if (!match || match[0] === '') return undefined
  const clock = Number(match[3] ?? 0) * 3600 + Number(match[4] ?? 0) * 60 + Number(match[5] ?? 0)
  return Number(match[1] ?? 0) * 86400 + (match[2] === '-' ? -clock : clock)
}
