import { visible } from '../../api/visible-text.ts'
import type { ResultWriter } from './writer.ts'

export interface CsvOptions {
  headers: boolean
  /** For a terminal: control characters are made visible. */
  safe: boolean
}

const QUOTED = /[",\r\n]|^\\\.$|^\s|\s$/

/** Results as COPY writes CSV: NULL is nothing, an empty text is `""`; statements without rows print nothing. */
export function csvWriter({ headers, safe }: CsvOptions): ResultWriter {
  const line = (values: readonly (string | null)[]) =>
    `${values.map((value) => (value === null ? '' : field(safe ? visible(value) : value))).join(',')}\n`
  return {
    begin: (columns) => (headers ? line(columns.map(({ name }) => name)) : ''),
    row: line,
    end: () => '',
  }
}

function field(text: string): string {
  return text === '' || QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
