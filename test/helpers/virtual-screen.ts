/** What a terminal of this size shows after these bytes: enough of one for pictures drawn by position. */
export function screenOf(bytes: string, columns: number, rows: number): string[] {
  let cells = blank(columns, rows)
  let saved = cells
  let [row, column] = [0, 0]
  for (const piece of bytes.match(/\u001b\[[?>=]?[\d;]*[a-zA-Z]|[^]/gu) ?? []) {
    const sequence = /^\u001b\[(\??)([\d;]*)([a-zA-Z])$/.exec(piece)
    if (sequence !== null) {
      const [, mark, digits = '', letter] = sequence
      const [first, second] = digits.split(';').map(Number)
      if (letter === 'H') [row, column] = [(first || 1) - 1, (second || 1) - 1]
      else if (letter === 'K') cells[row]?.fill(' ', column)
      else if (letter === 'J' && first === 2) cells = blank(columns, rows)
      else if (letter === 'J')
        cells.forEach((line, index) => line.fill(' ', index < row ? columns : index === row ? column : 0))
      else if (mark === '?' && first === 1049 && letter === 'h') [saved, cells] = [cells, blank(columns, rows)]
      else if (mark === '?' && first === 1049) cells = saved
    } else if (piece === '\r') column = 0
    else if (piece === '\n') row = Math.min(rows - 1, row + 1)
    else {
      const line = cells[row]
      if (line !== undefined) line[Math.min(column, columns - 1)] = piece
      column += 1
    }
  }
  return cells.map((line) => line.join('').trimEnd())
}

function blank(columns: number, rows: number): string[][] {
  return Array.from({ length: rows }, () => Array<string>(columns).fill(' '))
}
