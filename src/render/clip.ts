/** Escape codes of colours, or one character. */
const PIECES = /\u001b\[[\d;]*m|[^]/gu
/** Characters that take two columns (East Asian wide and emoji), roughly: a line that is cut a little early does no harm. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u

/** A line cut to so many columns, the cut shown by an ellipsis; colours are kept, and ended. */
export function clip(line: string, width: number, ellipsis: string): string {
  const pieces = line.match(PIECES) ?? []
  if (sum(pieces.map(columnsOf)) <= width) return line
  const room = Math.max(0, width - ellipsis.length)
  let used = 0
  let cut = false
  const kept = pieces.filter((piece) => {
    const columns = columnsOf(piece)
    cut ||= used + columns > room
    if (cut) return columns === 0
    used += columns
    return true
  })
  return `${kept.join('')}${ellipsis.slice(0, width)}`
}

function columnsOf(piece: string): number {
  if (piece.length > 1 && piece.startsWith('\u001b')) return 0
  return WIDE.test(piece) ? 2 : 1
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
