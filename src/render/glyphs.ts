/** Characters beyond letters, by what the terminal can show. */
export interface Glyphs {
  /** Levels of a curve, lowest first. */
  levels: readonly string[]
  unknown: string
  ellipsis: string
  arrow: string
}

export const UNICODE: Glyphs = {
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  unknown: '·',
  ellipsis: '…',
  arrow: '→',
}

export const ASCII: Glyphs = {
  levels: ['_', '.', '-', '=', '+', 'o', '%', '#'],
  unknown: '?',
  ellipsis: '...',
  arrow: '->',
}
