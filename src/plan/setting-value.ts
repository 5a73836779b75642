import type { LiveSetting } from '../api/snapshot.ts'

/** Factors of PostgreSQL's units to the smallest one of their kind (its manual, "Parameter Names and Values"). */
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
}
const MICROSECONDS: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1e3,
  s: 1e6,
  min: 60e6,
  h: 3600e6,
  d: 86400e6,
}

/** Sources of pg_settings that tell of our own session, role or database, and nothing of anybody else's. */
const OF_THE_SESSION: ReadonlySet<string> = new Set([
  ...['session', 'client', 'database', 'user', 'database user', 'global'],
])

/** The value that was read holds for the session that read it only: of the server's own, the files alone can tell. */
export function isOfSession({ source }: LiveSetting): boolean {
  return source !== null && OF_THE_SESSION.has(source)
}

/** Does the server run with the value that a Cluster's spec gives, however both are written? */
export function isLive(wanted: string, live: LiveSetting): boolean {
  const text = wanted.trim()
  if (isOfSession(live)) return isReadAsWritten(text, live)
  if (live.setting === null && live.shown === null) return false
  if (text === live.shown || text === live.setting) return true
  if (live.type === 'bool') return truth(text) !== undefined && truth(text) === truth(live.setting ?? '')
  if (live.type === 'integer' || live.type === 'real') return sameNumber(text, live)
  if (live.type === 'enum' && text.toLowerCase() === live.setting?.toLowerCase()) return true
  // The server writes some values in a way of its own. What it has read from the file without an error is what it runs with.
  return live.source === 'configuration file' && isReadAsWritten(text, live)
}

/** The files say so, the server has read them since, and has nothing to say against it. */
function isReadAsWritten(text: string, { inFile, loaded, error, pendingRestart }: LiveSetting): boolean {
  return inFile?.trim() === text && loaded === true && error === null && !pendingRestart
}

function sameNumber(text: string, { setting, unit, type }: LiveSetting): boolean {
  const wanted = inBaseUnit(text, unit)
  const have = Number(setting)
  if (wanted === undefined || Number.isNaN(have)) return false
  return type === 'integer'
    ? Math.round(wanted) === have
    : Math.abs(wanted - have) <= 1e-9 * Math.max(1, Math.abs(have))
}

/** `256MB` in units of `8kB`; a number without a unit is in the base unit already. */
function inBaseUnit(text: string, unit: string | null): number | undefined {
  const match = /^([+-]?(?:0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))\s*([A-Za-z]*)$/i.exec(text)
  if (match === null) return undefined
  const number = Number(match[1])
  const suffix = match[2] ?? ''
  if (suffix === '') return number
  const base = /^(\d*)([A-Za-z]+)$/.exec(unit ?? '')
  if (base === null) return undefined
  const factors = suffix in BYTES ? BYTES : MICROSECONDS
  const [from, to] = [factors[suffix], factors[base[2] ?? '']]
  if (from === undefined || to === undefined) return undefined
  return (number * from) / (to * Number(base[1] || 1))
}

/** PostgreSQL takes any beginning of true, false, yes and no that is unambiguous, and on, off, 1, 0. */
function truth(text: string): boolean | undefined {
  const word = text.toLowerCase()
  if (word === '') return undefined
  if (word === 'on' || word === '1' || 'true'.startsWith(word) || 'yes'.startsWith(word)) return true
  if (
    word === '0' ||
    (word.length > 1 && 'off'.startsWith(word)) ||
    'false'.startsWith(word) ||
    'no'.startsWith(word)
  ) {
    return false
  }
  return undefined
}
