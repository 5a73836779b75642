import { visible } from '../../api/visible-text.ts'
import { isRightAligned, type ResultColumn, type ResultWriter } from './writer.ts'
import { widthOf } from './width.ts'

export interface TableOptions {
  /** One line per value instead of one per row. */
  expanded: boolean
  /** Titles and the number of rows. */
  headers: boolean
}

/**
 * Results as psql prints them: aligned columns under their titles, the number of rows below; a statement without rows is its
 * tag. Control characters are made visible. Rows are kept until the statement is done, as their widths are needed.
 */
export function tableWriter(options: TableOptions): ResultWriter {
  let columns: readonly ResultColumn[] | undefined
  let rows: string[][] = []
  return {
    begin(described) {
      columns = described
      rows = []
      return ''
    },
    row(values) {
      rows.push(values.map((value) => (value === null ? '' : visible(value))))
      return ''
    },
    end(tag) {
      if (columns === undefined) return `${tag}\n`
      const text = options.expanded ? expanded(columns, rows, options) : aligned(columns, rows, options)
      columns = undefined
      rows = []
      return text
    },
  }
}

function aligned(columns: readonly ResultColumn[], rows: readonly string[][], { headers }: TableOptions): string {
  const titles = columns.map(({ name }) => visible(name))
  const widths = titles.map((title, index) => {
    let width = headers ? widthOf(title) : 0
    for (const row of rows) width = Math.max(width, widthOf(row[index] ?? ''))
    return width
  })
  const right = columns.map(isRightAligned)
  const line = (row: readonly string[]) =>
    ` ${row.map((text, index) => padded(text, widths[index]!, right[index] ? 'right' : 'left')).join(' | ')}`.trimEnd()
  const body = rows.map((row) => `${line(row)}\n`).join('')
  if (!headers) return body
  const head = ` ${titles.map((title, index) => padded(title, widths[index]!, 'centre')).join(' | ')}`.trimEnd()
  const rule = widths.map((width) => '-'.repeat(width + 2)).join('+')
  return `${head}\n${rule}\n${body}(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})\n\n`
}

function expanded(columns: readonly ResultColumn[], rows: readonly string[][], { headers }: TableOptions): string {
  if (rows.length === 0) return headers ? '(0 rows)\n\n' : ''
  const titles = columns.map(({ name }) => visible(name))
  const titleWidth = Math.max(0, ...titles.map(widthOf))
  const records = rows.map((row, number) => {
    const lines = titles.map((title, index) => `${padded(title, titleWidth, 'left')} | ${row[index] ?? ''}`.trimEnd())
    return `-[ RECORD ${number + 1} ]${'-'.repeat(Math.max(1, titleWidth - `-[ RECORD ${number + 1} ]`.length + 1))}\n${lines.join('\n')}\n`
  })
  return `${records.join('')}\n`
}

function padded(text: string, width: number, side: 'left' | 'right' | 'centre'): string {
  const room = Math.max(0, width - widthOf(text))
  const before = side === 'left' ? 0 : side === 'right' ? room : Math.floor(room / 2)
  return ' '.repeat(before) + text + ' '.repeat(room - before)
}
