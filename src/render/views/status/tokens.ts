import type { ClusterStatus, Token } from '../../../model/cluster-status.ts'
import { cell, pairs, section, type Cell, type Section } from '../../document.ts'

/** Demotion and promotion token (spec/commands-core.md 3.4, blocks 3 and 4). */
export function tokenSections({ demotionToken, promotionToken }: ClusterStatus): (Section | null)[] {
  return [tokenSection('Demotion token', demotionToken), tokenSection('Promotion token', promotionToken)]
}

function tokenSection(title: string, token: Token | null): Section | null {
  if (!token) return null
  const validity = token.error === null ? cell('valid', 'good') : cell(`not valid: ${token.error}`, 'bad')
  const rows: [string, Cell | null][] = [
    ['Token', cell(token.token)],
    ['Validity', validity],
  ]
  if (token.decoded) {
    rows.push(
      ["Latest checkpoint's TimeLineID", cell(token.timeline)],
      ["Latest checkpoint's REDO WAL file", cell(token.redoWalFile)],
      ["Latest checkpoint's REDO location", cell(token.redoLsn)],
      ['Database system identifier', systemIdCell(token)],
      ['Time of latest checkpoint', cell(token.checkpointTime)],
      ['Version of the operator', cell(token.operatorVersion)],
    )
  }
  return section(cell(title, 'title'), pairs(rows))
}

function systemIdCell({ systemId, systemIdMatches }: Token): Cell {
  if (systemIdMatches === null) return cell(`${systemId ?? '-'} (no primary answers to compare it with)`, 'warn')
  return systemIdMatches
    ? cell(`${systemId ?? '-'} (ok)`)
    : cell(`${systemId ?? '-'} (differs from this cluster's)`, 'bad')
}
