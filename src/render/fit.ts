/** A part of a screen: its lines, and shorter forms of it for want of room, the last of them possibly none. */
export interface Piece {
  /** From the longest to the shortest. */
  forms: readonly (readonly string[])[]
  /** For each form but the last how soon it is given up for the next one: the lowest of all pieces first. */
  ranks: readonly number[]
}

/**
 * Chooses forms so that the pieces, an empty line between them, fit into so many rows; what is given up comes back where
 * room is left after all. `left` counts the lines of the longest forms that are not shown. Should even the shortest forms
 * not fit, the end is cut off.
 */
export function fit(pieces: readonly Piece[], rows: number): { lines: string[]; left: number } {
  const chosen = pieces.map(() => 0)
  const steps = pieces
    .flatMap(({ ranks }, piece) => ranks.map((rank, form) => ({ piece, form, rank })))
    .sort((a, b) => a.rank - b.rank || b.piece - a.piece)
  const height = () => layOut(pieces, chosen).length
  const taken: typeof steps = []
  for (const step of steps) {
    if (height() <= rows) break
    chosen[step.piece] = step.form + 1
    taken.push(step)
  }
  for (const step of taken.reverse()) {
    // Only the form that was given up last can come back.
    if (chosen[step.piece] !== step.form + 1) continue
    chosen[step.piece] = step.form
    if (height() > rows) chosen[step.piece] = step.form + 1
  }
  const lines = layOut(pieces, chosen)
  const whole = pieces.reduce((sum, { forms }) => sum + (forms[0]?.length ?? 0), 0)
  const shown = pieces.reduce((sum, { forms }, index) => sum + (forms[chosen[index] ?? 0]?.length ?? 0), 0)
  return { lines: lines.slice(0, rows), left: whole - shown + Math.max(0, lines.length - rows) }
}

function layOut(pieces: readonly Piece[], chosen: readonly number[]): string[] {
  const parts = pieces.map(({ forms }, index) => forms[chosen[index] ?? 0] ?? []).filter((lines) => lines.length > 0)
  return parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
}
