import type { Cell, Section } from '../../document.ts'

/** A longer name leaves no room for anything else on a narrow screen. */
const LONGEST_NAME = 20

/** The instances for narrow screens: `Standby (not streaming)` as `not streaming`, a long `CLUSTER-1` as `…-1`. */
export function compacted(section: Section, cluster: string, ellipsis: string): Section {
  const shortName = (cell: Cell): Cell =>
    cell.text.length > LONGEST_NAME && cell.text.startsWith(`${cluster}-`)
      ? { ...cell, text: `${ellipsis}${cell.text.slice(cluster.length)}` }
      : cell
  const shortRole = (cell: Cell): Cell => ({ ...cell, text: cell.text.replace(/^Standby \((.+)\)$/, '$1') })
  const blocks = section.blocks.map((block) => {
    if (block.kind !== 'table') return block
    const role = block.columns.indexOf('Replication role')
    const columns = block.columns.map((title, index) => (index === role ? 'Role' : title))
    const rows = block.rows.map((row) =>
      row.map((cell, index) => (index === 0 ? shortName(cell) : index === role ? shortRole(cell) : cell)),
    )
    return { ...block, columns, rows }
  })
  return { ...section, blocks }
}
