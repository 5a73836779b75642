import { CliError } from '../../errors/cli-error.ts'
import { unknownId, type AssessOptions } from '../rules/assess.ts'
import { findRule, RULES } from '../rules/table.ts'
import { parseThresholds } from '../rules/thresholds.ts'
import type { Thresholds } from '../rules/types.ts'

/** What one place (the command line, a file, annotations) says about findings. */
export interface Settings {
  /** Levels by the flag of the threshold, in its grammar. */
  thresholds?: Readonly<Record<string, string>>
  /** Nothing but these findings; empty is all. */
  only?: readonly string[]
  skip?: readonly string[]
  /** Ends of acknowledgements by finding, as {@link parseUntil} reads them. */
  ack?: Readonly<Record<string, string>>
}

/** The same, read and checked. */
export interface Judging {
  assess: AssessOptions & { thresholds: Thresholds }
  /** ISO 8601 in UTC by finding. */
  acknowledged: ReadonlyMap<string, string>
}

/** Later places win, threshold by threshold; what one of them skips is skipped. */
export function merged(places: readonly Settings[]): Required<Settings> {
  return {
    thresholds: Object.assign({}, ...places.map(({ thresholds }) => thresholds)) as Record<string, string>,
    only: places.findLast(({ only = [] }) => only.length > 0)?.only ?? [],
    skip: [...new Set(places.flatMap(({ skip = [] }) => skip))],
    ack: Object.assign({}, ...places.map(({ ack }) => ack)) as Record<string, string>,
  }
}

/** Reads and checks what was set. Throws CliError (usage) for an id, a range or a time that is none. */
export function judgingBy(places: readonly Settings[]): Judging {
  const { thresholds, only, skip, ack } = merged(places)
  for (const id of [...only, ...skip, ...Object.keys(ack)]) if (!findRule(id)) throw unknownId(id)
  return {
    assess: { thresholds: parseThresholds(RULES, thresholds), skip, ...(only.length > 0 ? { only } : {}) },
    acknowledged: new Map(Object.entries(ack).map(([id, until]) => [id, parseUntil(until)])),
  }
}

/** True when these settings ask for the free space of volumes, which takes a command in every pod. */
export function wantsFreeSpace(places: readonly Settings[]): boolean {
  const { thresholds, only, skip } = merged(places)
  return !skip.includes('volume-full') && (only.includes('volume-full') || 'volume-used' in thresholds)
}

/** `ID=UNTIL`, as a flag or an annotation has it. Throws CliError (usage). */
export function parseAcknowledgement(text: string): [id: string, until: string] {
  const [, id = '', until = ''] = /^([^=]+)=(.+)$/.exec(text.trim()) ?? []
  if (id === '') throw notUntil(text, 'an acknowledgement')
  parseUntil(until)
  return [id.trim(), until.trim()]
}

const DAY_MS = 86_400_000
const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/

/** A moment as ISO 8601 in UTC: a date is meant to its end, a time without a zone is UTC. Throws CliError (usage). */
function parseUntil(text: string): string {
  const [, date, time, zone = 'Z'] = MOMENT.exec(text.trim()) ?? []
  const at = Date.parse(`${date ?? ''}T${time ?? '00:00'}${zone}`)
  // A day that a month does not have would count as one of the next.
  const exists = !Number.isNaN(at) && new Date(Date.parse(`${date ?? ''}T00:00Z`)).toISOString().startsWith(date ?? '-')
  if (!exists) throw notUntil(text, 'a moment')
  return new Date(time === undefined ? at + DAY_MS : at).toISOString()
}

function notUntil(text: string, what: string): CliError {
  return new CliError({
    kind: 'usage',
    message: `"${text}" is not ${what}`,
    hint: 'Give the finding and until when it is known, e.g. --ack replica-lag=2026-12-01 or --ack replica-lag=2026-12-01T06:00Z',
  })
}
