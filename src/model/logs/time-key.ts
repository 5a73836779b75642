import { parseDuration } from '../../api/duration.ts'
import { toUtc } from '../time.ts'

/**
 * A text by which times sort as moments, whatever their zone and the width of their fraction: UTC without its `Z`.
 * Undefined when the text is no time.
 */
export function timeKey(time: string): string | undefined {
  if (time.length >= 20 && time.charCodeAt(10) === 0x54 && time.endsWith('Z')) {
    // The usual case, checked no further than it has to be to sort.
    return time.charCodeAt(0) <= 0x39 && time.charCodeAt(4) === 0x2d ? time.slice(0, -1) : undefined
  }
  return toUtc(time)?.slice(0, -1)
}

const DATE = /^\d{4}-\d\d-\d\d$/
const MINUTES = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(Z|[+-]\d\d(?::?\d\d)?)?$/
const SECONDS = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?$/

/**
 * Reads what `--since` and `--until` take: a time (`2026-11-23T06:00:00Z`, `2026-11-23 06:00`; UTC without a zone) or a
 * duration back from `now`. Returns a {@link timeKey}; undefined when the text is neither.
 */
export function momentKey(text: string, now: Date): string | undefined {
  const span = parseDuration(text)
  const time = span === undefined ? absolute(text.trim()) : shifted(now, span)
  // The shortest form of a moment sorts before all longer ones.
  return time === undefined
    ? undefined
    : timeKey(time)
        ?.replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
}

/** The greatest key of the same moment: however many digits a time is written with, it is not after this one. */
export function lastKeyOf(key: string): string {
  return (key.includes('.') ? key : `${key}.`).padEnd(LONGEST_KEY, '0')
}

const LONGEST_KEY = 40

function shifted(now: Date, span: number): string | undefined {
  const moment = new Date(now.getTime() - span)
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString()
}

function absolute(text: string): string | undefined {
  if (DATE.test(text)) return toUtc(`${text}T00:00:00Z`)
  if (SECONDS.test(text)) return toUtc(`${text}Z`)
  const [whole, day, clock, zone = 'Z'] = MINUTES.exec(text) ?? []
  return toUtc(whole === undefined ? text : `${day}T${clock}:00${zone}`)
}
