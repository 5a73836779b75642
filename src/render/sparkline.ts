import type { Glyphs } from './glyphs.ts'

/**
 * A curve of one character per sample. The lowest level is zero and nothing else, the highest `top` or more; a sample
 * that is null is a gap.
 */
export function sparkline(samples: readonly (number | null)[], top: number, { levels, unknown }: Glyphs): string {
  const steps = levels.length - 1
  return samples
    .map((sample) => {
      if (sample === null) return unknown
      return levels[Math.min(steps, Math.ceil((sample / top) * steps))]
    })
    .join('')
}
