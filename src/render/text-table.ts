import type { TextOptions } from './text-options.ts'
import { displayWidth, grid } from './grid.ts'

/** More parts than this are harder to read than one record per row. */
const MOST_PARTS = 3

/**
 * A table: titles, dashes, rows. On a terminal too narrow for it the columns go into up to three tables below one
 * another, each led by the first column; on a still narrower one each row becomes a record.
 */
export function renderTable(columns: readonly string[], rows: readonly string[][], options: TextOptions): string[] {
  const whole = plainTable(columns, rows, options)
  if (options.width === undefined || widthOf(columns, rows) <= options.width) return whole
  const parts = splitColumns(columns, rows, options.width)
  if (parts === undefined) return records(columns, rows, options.width)
  return parts.flatMap((part, index) => {
    const lines = plainTable(
      pick(columns, part),
      rows.map((row) => pick(row, part)),
      options,
    )
    return index === 0 ? lines : ['', ...lines]
  })
}

function plainTable(columns: readonly string[], rows: readonly string[][], { headers = true }: TextOptions): string[] {
  return grid(headers ? [columns, dashes(columns), ...rows] : rows)
}

function dashes(columns: readonly string[]): string[] {
  return columns.map((title) => '-'.repeat(title.length))
}

/** The line of dashes holds no wide characters and no escape codes, and has the width of the whole table. */
function widthOf(columns: readonly string[], rows: readonly string[][]): number {
  return grid([dashes(columns), columns, ...rows])[0]?.length ?? 0
}

/** Indexes of the columns of each part, the first column in all of them; undefined when it takes too many parts. */
function splitColumns(columns: readonly string[], rows: readonly string[][], width: number): number[][] | undefined {
  const parts: number[][] = []
  let part = [0]
  for (let index = 1; index < columns.length; index += 1) {
    const wider = [...part, index]
    if (
      widthOf(
        pick(columns, wider),
        rows.map((row) => pick(row, wider)),
      ) <= width
    ) {
      part = wider
      continue
    }
    if (part.length === 1) return undefined
    parts.push(part)
    part = [0, index]
  }
  parts.push(part)
  const last = widthOf(
    pick(columns, part),
    rows.map((row) => pick(row, part)),
  )
  return parts.length <= MOST_PARTS && last <= width ? parts : undefined
}

function pick<T>(items: readonly T[], indexes: readonly number[]): T[] {
  return indexes.map((index) => items[index]!)
}

/** The first cell as a title, the others as pairs below it; where not even these fit, each value behind or under its title. */
function records(columns: readonly string[], rows: readonly string[][], width: number): string[] {
  const fits = (line: string): boolean => displayWidth(line) <= width
  const aligned = rows.map(([first = '', ...rest]) => {
    const lines = grid(rest.map((text, index) => [columns[index + 1] ?? '', text]))
    return [first, ...lines.map((line) => `  ${line.trimEnd()}`)]
  })
  if (aligned.every(([, ...lines]) => lines.every(fits))) return aligned.flat()
  return rows.flatMap(([first = '', ...rest]) => [
    first,
    ...rest.flatMap((text, index) => pair(columns[index + 1], text, fits)),
  ])
}

function pair(title = '', text: string, fits: (line: string) => boolean): string[] {
  const line = `  ${title}: ${text}`
  return fits(line) ? [line] : [`  ${title}:`, `    ${text}`]
}
