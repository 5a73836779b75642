import type { Painter, Tone } from '../../host/types.ts'
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
/** Names in a log can be invented; memory stays flat. */
const MOST_COLUMNS = 1000

/** @param painter asked once for what comes again and again: lines come by the hundred thousand */
export function logStyle(verbosity: number, painter: Painter): LogStyle {
  const paint = (tone: Tone, text: string): string => (text === '' ? '' : painter.paint(tone, text))
  const known = new Map<string, string>()
  return {
    verbosity,
    columns(tone, level, pod, logger) {
      const key = `${tone}${level.length},${pod.length} ${level}${pod}${logger}`
      const found = known.get(key)
      if (found !== undefined) return found
      const label = paint(tone, shown(level).padEnd(LEVEL_WIDTH))
      const podTone = POD_TONES[fnv1a(pod) % POD_TONES.length] ?? 'plain'
      const made = `${label} ${paint(podTone, shown(pod))} ${paint('label', shown(logger).padEnd(LOGGER_WIDTH))}`
      if (known.size >= MOST_COLUMNS) known.clear()
      known.set(own(key), own(made))
      return made
    },
  }
}

/** The same text on its own: parts of a text keep the whole of it in memory. */
function own(text: string): string {
  return Array.from(text).join('')
}

/** The 32-bit FNV-1a hash of a text's UTF-8. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
