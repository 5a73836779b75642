// The measure of the library without its tables, which take half a millisecond for each row: a fleet has hundreds.
import { strlen } from 'cli-table3/src/utils.js'

const BETWEEN = '  '
/** Neither escape codes nor wide characters: as wide as it is long. */
const PLAIN = /^[ -~]*$/

/**
 * Lays cells out in columns as wide as their widest cell, two spaces apart, by display width (escape codes count
 * nothing, wide characters two). Lines keep the padding of their last cell.
 */
export function grid(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  const measured = rows.map((row) =>
    row.map((text, column) => {
      const width = displayWidth(text)
      widths[column] = Math.max(widths[column] ?? 0, width)
      return { text, width }
    }),
  )
  return measured.map((row) =>
    widths
      .map((width, column) => {
        const item = row[column] ?? { text: '', width: 0 }
        return item.text + ' '.repeat(width - item.width)
      })
      .join(BETWEEN),
  )
}

/** Columns that a text takes on a terminal; escape codes take none. */
export function displayWidth(text: string): number {
  return PLAIN.test(text) ? text.length : strlen(text)
}
