import Table from 'cli-table3'

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/**
 * Lays cells out in columns as wide as their widest cell, two spaces apart, by display width (escape codes count
 * nothing, wide characters two). Lines keep the padding of their last cell.
 */
export function grid(rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const table = new Table({ chars: NO_LINES, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } })
  for (const row of rows) table.push([...row])
  return table.toString().split('\n')
}
