import type { Painter } from '../../src/host/types.ts'
import type { ClusterStatus } from '../../src/model/cluster-status.ts'
import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import type { Document } from '../../src/render/document.ts'
import { renderText } from '../../src/render/text.ts'
import { statusView } from '../../src/render/views/status/index.ts'
import { recordedSnapshot } from './recorded-snapshot.ts'

export const plainPainter: Painter = { enabled: false, paint: (_tone, text) => text }

/** Names every tone, so that a test can see which words are coloured how: `<bad>Failing</bad>`. */
export const tagPainter: Painter = {
  enabled: true,
  paint: (tone, text) => (tone === 'plain' ? text : `<${tone}>${text}</${tone}>`),
}

export function recordedStatus(state: string, verbosity = 0): ClusterStatus {
  return buildStatus(recordedSnapshot(state, verbosity))
}

export function recordedDocument(state: string, verbosity = 0, wide = false): Document {
  return screenDocument(recordedStatus(state, verbosity), verbosity, wide)
}

/** What `status` shows of a model, its findings included. */
export function screenDocument(status: ClusterStatus, verbosity = 0, wide = false): Document {
  return statusView(status, assess(status, { details: verbosity > 0 }), { verbosity, wide })
}

/** The status screen of a recorded state, without colours, as on a pipe. */
export function recordedScreen(state: string, verbosity = 0): string {
  return screenOf(recordedStatus(state, verbosity), verbosity)
}

/** The same of any model. */
export function screenOf(status: ClusterStatus, verbosity = 0): string {
  return renderText(screenDocument(status, verbosity), { painter: plainPainter, width: undefined })
}
