/** The levels of a log, the most severe first, as `--min-level` names them. */
export const LEVELS = ['error', 'warning', 'info', 'debug', 'trace'] as const

export type Level = (typeof LEVELS)[number]

const ALIASES: Readonly<Record<string, Level>> = {
  error: 'error',
  err: 'error',
  fatal: 'error',
  panic: 'error',
  dpanic: 'error',
  warning: 'warning',
  warn: 'warning',
  info: 'info',
  debug: 'debug',
  trace: 'trace',
}

/** PostgreSQL's severities (spec/commands-more.md 2.2). */
const SEVERITIES: Readonly<Record<string, Level>> = {
  DEBUG1: 'trace',
  DEBUG2: 'trace',
  DEBUG3: 'trace',
  DEBUG4: 'trace',
  DEBUG5: 'trace',
  INFO: 'info',
  NOTICE: 'info',
  LOG: 'info',
  WARNING: 'warning',
  ERROR: 'error',
  FATAL: 'error',
  PANIC: 'error',
}

/** The level that a word means, in any case; undefined for an unknown one. */
export function levelOf(word: string): Level | undefined {
  return ALIASES[word] ?? ALIASES[word.toLowerCase()]
}

/** The level of a severity of PostgreSQL; `info` for an unknown one. */
export function levelOfSeverity(severity: string): Level {
  return SEVERITIES[severity] ?? 'info'
}

/** True when a record of this level passes `--min-level`. What has no known level is never hidden. */
export function atLeast(level: Level | undefined, least: Level): boolean {
  return level === undefined || LEVELS.indexOf(level) <= LEVELS.indexOf(least)
}
