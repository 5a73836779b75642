import type { ClusterSnapshot } from '../../api/snapshot.ts'
import { withLagSample, type LagHistory } from '../../model/lag-history.ts'
import { changesBetween, type Change } from '../../render/changes.ts'
import type { Document } from '../../render/document.ts'
import { isEvent } from '../../render/views/watch/events.ts'
import { MARK_SECONDS } from '../../render/views/watch/index.ts'
import { documentOf, reportOf, type StatusReport } from './answer.ts'
import type { LookOptions } from './look-options.ts'

/** Samples of replay lag that are kept. */
const SAMPLES = 30
/** Changes that are kept: more than any screen shows. */
const EVENTS = 50

/** One look at the cluster. */
export interface Look {
  report: StatusReport
  view: Document
  /** What happened since the look before. */
  events: readonly Change[]
}

/** What a watch remembers: the picture before, what changed when, and how the lags went. */
export class WatchRecord {
  readonly #options: LookOptions
  #before: ClusterSnapshot | undefined
  #rounds = 0
  #marks: { key: string; at: string }[] = []
  #events: { at: string; change: Change }[] = []
  #lag: LagHistory = new Map()

  constructor(options: LookOptions) {
    this.#options = options
  }

  get lag(): LagHistory {
    return this.#lag
  }

  get events(): readonly { at: string; change: Change }[] {
    return this.#events
  }

  /** Places that changed shortly before `now` (ISO 8601). */
  marksAt(now: string): ReadonlySet<string> {
    return new Set(this.#marks.filter(({ at }) => isRecent(at, now)).map(({ key }) => key))
  }

  /** Takes in a picture; `rounds` tells whether the instances have been heard again since the last one. */
  async look(snapshot: ClusterSnapshot, rounds: number): Promise<Look> {
    const { takenAt } = snapshot
    const report = await reportOf(snapshot, this.#options.judging)
    const view = await this.#viewOf(report)
    const changes = this.#before === undefined ? [] : changesBetween(await this.#viewAt(this.#before, takenAt), view)
    if (rounds !== this.#rounds) this.#lag = withLagSample(this.#lag, report.model, SAMPLES)
    this.#rounds = rounds
    this.#before = snapshot
    const events = changes.filter(isEvent)
    this.#events = [...this.#events, ...events.map((change) => ({ at: takenAt, change }))].slice(-EVENTS)
    this.#marks = [...this.#marks, ...changes.map(({ key }) => ({ key, at: takenAt }))].filter(({ at }) =>
      isRecent(at, takenAt),
    )
    return { report, view, events }
  }

  /** The earlier picture with ages as of now, so that time alone changes nothing. */
  async #viewAt(snapshot: ClusterSnapshot, now: string): Promise<Document> {
    return this.#viewOf(await reportOf({ ...snapshot, takenAt: now }, this.#options.judging))
  }

  /** Without the advice to do what is being done. */
  #viewOf(report: StatusReport): Promise<Document> {
    const findings = report.findings.map(({ command, ...finding }) =>
      command === undefined || / status .*--watch/.test(command) ? finding : { ...finding, command },
    )
    return documentOf({ ...report, findings }, this.#options)
  }
}

function isRecent(at: string, now: string): boolean {
  return Date.parse(now) - Date.parse(at) < MARK_SECONDS * 1000
}
