import type { Connection } from '../../../api/connection.ts'
import type { Painter } from '../../../host/types.ts'
import type { ClusterStatus } from '../../../model/cluster-status.ts'
import type { LagHistory } from '../../../model/lag-history.ts'
import type { Change } from '../../changes.ts'
import type { Document } from '../../document.ts'
import type { Glyphs } from '../../glyphs.ts'

/** What the screen of a watch shows at one moment. */
export interface WatchPicture {
  /** The screen of a single status, as of `status.takenAt`, which is now. */
  view: Document
  status: ClusterStatus
  connection: Connection
  /** When the instances were last heard, ISO 8601. */
  heardAt: string
  /** Milliseconds from one round to the next. */
  intervalMs: number
  /** Samples of replay lag, one per round. */
  lag: LagHistory
  /** Places that changed a moment ago. */
  marks: ReadonlySet<string>
  /** All changes seen, oldest first, each with its time (ISO 8601). */
  events: readonly { at: string; change: Change }[]
}

/** The room for the picture and how it may be drawn. */
export interface Canvas {
  columns: number
  rows: number
  painter: Painter
  /** Titles of tables. */
  headers: boolean
  glyphs: Glyphs
}
