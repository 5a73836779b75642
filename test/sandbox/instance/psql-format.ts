import type { PsqlOptions } from './psql-options.ts'

type Layout = Pick<PsqlOptions, 'aligned' | 'tuplesOnly' | 'quiet' | 'csv' | 'fieldSeparator'>

/** Rows as psql prints them: aligned, unaligned or CSV; a statement without columns gives its tag. */
export function formatRows(names: string[], rows: (string | null)[][], tag: string, layout: Layout): string {
  if (names.length === 0) return layout.quiet ? '' : `${tag}\n`
  const texts = rows.map((row) => row.map((value) => value ?? ''))
  const footer = layout.tuplesOnly ? '' : `(${rows.length} row${rows.length === 1 ? '' : 's'})\n`
  if (layout.csv)
    return (layout.tuplesOnly ? texts : [names, ...texts]).map((row) => `${row.map(csvField).join(',')}\n`).join('')
  if (layout.aligned) return aligned(names, texts, layout) + (layout.tuplesOnly ? '\n' : `${footer}\n`)
  const lines = layout.tuplesOnly ? texts : [names, ...texts]
  return lines.map((row) => `${row.join(layout.fieldSeparator)}\n`).join('') + footer
}

function aligned(names: string[], rows: string[][], layout: Layout): string {
  const widths = names.map((name, column) =>
    Math.max(layout.tuplesOnly ? 0 : name.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const numeric = names.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^-?\d*(\.\d+)?$/.test(row[column] ?? '')),
  )
  const line = (row: string[]) =>
    ` ${row.map((value, column) => (numeric[column] === true ? value.padStart(widths[column] ?? 0) : value.padEnd(widths[column] ?? 0))).join(' | ')}`.trimEnd()
  const centred = names.map((name, column) => {
    const gap = (widths[column] ?? 0) - name.length
    return `${' '.repeat(Math.floor(gap / 2))}${name}${' '.repeat(Math.ceil(gap / 2))}`
  })
  const head = layout.tuplesOnly
    ? ''
    : ` ${centred.join(' | ')} \n${widths.map((width) => '-'.repeat(width + 2)).join('+')}\n`
  return `${head}${rows.map((row) => `${line(row)}\n`).join('')}`
}

function csvField(value: string): string {
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}
