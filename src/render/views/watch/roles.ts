import type { Section } from '../../document.ts'

/** For narrow screens: `Standby (not streaming)` as `not streaming`. */
export function shortRoles(section: Section): Section {
  const blocks = section.blocks.map((block) => {
    if (block.kind !== 'table') return block
    const at = block.columns.indexOf('Replication role')
    if (at === -1) return block
    const rows = block.rows.map((row) =>
      row.map((cell, index) =>
        index === at ? { ...cell, text: cell.text.replace(/^Standby \((.+)\)$/, '$1') } : cell,
      ),
    )
    return { ...block, columns: block.columns.with(at, 'Role'), rows }
  })
  return { ...section, blocks }
}
