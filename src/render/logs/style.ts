import type { Painter, Tone } from '../../host/types.ts'

/** How records are written. */
export interface LogStyle {
  /** 0: what matters, cut to one line each; 1: texts in full; 2: the other members, too. */
  verbosity: number
  level(tone: Tone, text: string): string
  label(text: string): string
  pod(name: string): string
}

/** Colours of the pods, chosen by their name as the official plugin does (spec/commands-more.md 2.3). */
const POD_TONES: readonly Tone[] = ['bad', 'good', 'accent', 'note', 'warn']

/** @param painter asked once per colour only: lines come by the hundred thousand */
export function logStyle(verbosity: number, painter: Painter): LogStyle {
  if (!painter.enabled) {
    const plain = (text: string) => text
    return { verbosity, level: (_tone, text) => text, label: plain, pod: plain }
  }
  const brushes = new Map<Tone, (text: string) => string>()
  const brush = (tone: Tone): ((text: string) => string) => {
    const known = brushes.get(tone)
    if (known !== undefined) return known
    const [open = '', close = ''] = painter.paint(tone, '|').split('|')
    const made = (text: string) => (text === '' ? '' : open + text + close)
    brushes.set(tone, made)
    return made
  }
  const pods = new Map<string, string>()
  return {
    verbosity,
    level: (tone, text) => brush(tone)(text),
    label: brush('label'),
    pod(name) {
      const known = pods.get(name)
      if (known !== undefined) return known
      const painted = brush(POD_TONES[fnv1a(name) % POD_TONES.length] ?? 'plain')(name)
      if (pods.size < MOST_PODS) pods.set(name, painted)
      return painted
    },
  }
}

/** Names in a log can be invented; memory stays flat. */
const MOST_PODS = 1000

/** The 32-bit FNV-1a hash of a text's UTF-8. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
