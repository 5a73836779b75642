import type { Painter, Tone } from '../../host/types.ts'
import { remembered } from './remembered.ts'
import { shown } from './text.ts'

/** How records are written. */
export interface LogStyle {
  /** 0: what matters, cut to one line each; 1: texts in full; 2: the other members, too. */
  verbosity: number
  /** Level, pod and logger as columns, safe for a terminal. */
  columns(tone: Tone, level: string, pod: string, logger: string): string
}

/** Colours of the pods, chosen by their name as the official plugin does (spec/commands-more.md 2.3). */
const POD_TONES: readonly Tone[] = ['bad', 'good', 'accent', 'note', 'warn']
const LEVEL_WIDTH = 8
const LOGGER_WIDTH = 16

/** @param painter asked once for each level, pod and logger: lines come by the hundred thousand */
export function logStyle(verbosity: number, painter: Painter): LogStyle {
  const paint = (tone: Tone, text: string): string => (text === '' ? '' : painter.paint(tone, text))
  const pods = remembered((pod) => paint(POD_TONES[fnv1a(pod) % POD_TONES.length] ?? 'plain', shown(pod)))
  const loggers = remembered((logger) => paint('label', shown(logger).padEnd(LOGGER_WIDTH)))
  const labelsOf = (tone: Tone) => remembered((level) => paint(tone, shown(level.toUpperCase()).padEnd(LEVEL_WIDTH)))
  const labels: Partial<Record<Tone, (level: string) => string>> = {}
  return {
    verbosity,
    columns(tone, level, pod, logger) {
      const label = (labels[tone] ??= labelsOf(tone))
      return `${label(level)} ${pods(pod)} ${loggers(logger)}`
    },
  }
}

/** The 32-bit FNV-1a hash of a text's UTF-8. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
