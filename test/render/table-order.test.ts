import { describe, expect, it, test } from 'vitest'

import { CliError } from '../../src/errors/cli-error.ts'
import { cell, note, pairs, section, type Document } from '../../src/render/document.ts'
import { sortTables } from '../../src/render/table-order.ts'
import { recordedDocument } from '../helpers/status-screen.ts'

function tableOf(title: string, values: readonly (string | null)[]): Document {
  const rows = values.map((value, index) => [cell(`row-${index}`), cell(value)])
  return { sections: [section(null, { kind: 'table', columns: ['Name', title], rows })] }
}

/** The cells of one column after sorting. */
function sorted(values: readonly (string | null)[]): string[] {
  const [block] = sortTables(tableOf('What', values), 'what').sections[0]!.blocks
  return block?.kind === 'table' ? block.rows.map((row) => row[1]!.text) : []
}

describe('rows are in the order of what the cells mean', () => {
  test.each([
    ['names with a serial', ['pg-10', 'pg-9', 'pg-1'], ['pg-1', 'pg-9', 'pg-10']],
    ['numbers', ['10', '9', '-1', '2.5'], ['-1', '2.5', '9', '10']],
    ['sizes', ['2 GB', '900 MB', '16 kB', '77 bytes'], ['77 bytes', '16 kB', '900 MB', '2 GB']],
    ['lags', ['812 MB', '0 B', '3 kB'], ['0 B', '3 kB', '812 MB']],
    ['ages', ['3d4h', '12m40s', '26h4m9s', '14s'], ['14s', '12m40s', '26h4m9s', '3d4h']],
    ['intervals', ['00:01:00.5', '1 day 00:00:01', '00:00:02'], ['00:00:02', '00:01:00.5', '1 day 00:00:01']],
    ['LSNs', ['0/10000000', '0/9000000', '1/0'], ['0/9000000', '0/10000000', '1/0']],
    ['percents', ['100%', '9%', '12.5%'], ['9%', '12.5%', '100%']],
    ['empty cells last', [null, '7', null, '3'], ['3', '7', '-', '-']],
  ])('%s', (_what, values, expected) => {
    expect(sorted(values)).toEqual(expected)
  })

  it('equal ones stay as they were', () => {
    const [block] = sortTables(tableOf('What', ['b', 'a', 'b', 'a']), 'what').sections[0]!.blocks
    expect(block?.kind === 'table' && block.rows.map((row) => row[0]!.text)).toEqual([
      'row-1',
      'row-3',
      'row-0',
      'row-2',
    ])
  })
})

test.each(['Replication role', 'replication-role', 'replicationRole', '.replication_role'])(
  'a column may be called %s',
  (column) => {
    const document = recordedDocument('fenced-one')
    expect(sortTables(document, column)).not.toEqual(document)
  },
)

it('sorts every table that has the column and leaves the rest', () => {
  const document: Document = {
    sections: [
      section(cell('Facts'), pairs([['Name:', cell('z')]]), note('b before a')),
      ...tableOf('What', ['2', '1']).sections,
      ...tableOf('Other', ['2', '1']).sections,
    ],
  }
  const [facts, first, second] = sortTables(document, 'what').sections
  expect(facts).toEqual(document.sections[0])
  expect(first).not.toEqual(document.sections[1])
  expect(second).toEqual(document.sections[2])
})

it('names the columns when there is none of that name, the nearest first', () => {
  const error = caught(() => sortTables(tableOf('Lag Bytes', ['1']), 'lag-byte'))
  expect(error).toMatchObject({ kind: 'usage', message: 'no table has a column "lag-byte" to sort by' })
  expect(error.hint).toBe('Did you mean "lag-bytes"? Columns: name, lag-bytes.')
  expect(caught(() => sortTables(tableOf('Lag Bytes', ['1']), 'color')).hint).toBe('Columns: name, lag-bytes.')
})

it('leaves a document without tables as it is', () => {
  const document: Document = { sections: [section(cell('Nothing'), note('No instances found'))] }
  expect(sortTables(document, 'name')).toEqual(document)
})

function caught(act: () => unknown): CliError {
  try {
    act()
  } catch (error) {
    if (error instanceof CliError) return error
  }
  throw new Error('nothing was thrown')
}
