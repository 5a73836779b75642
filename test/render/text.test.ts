import { describe, expect, it } from 'vitest'

import { cell, note, pairs, section, table, type Block, type Document } from '../../src/render/document.ts'
import { renderText } from '../../src/render/text.ts'
import { plainPainter, tagPainter } from '../helpers/status-screen.ts'

const document = (...blocks: Block[]): Document => ({ sections: [section(cell('Title', 'title'), ...blocks)] })
const write = (of: Document, width?: number, painter = plainPainter) => renderText(of, { painter, width })

const COLUMNS = [
  { title: 'Name', cell: (row: string[]) => cell(row[0]) },
  { title: 'Size', cell: (row: string[]) => cell(row[1]) },
  { title: 'State', cell: (row: string[]) => cell(row[2], row[2] === 'down' ? 'bad' : 'plain') },
]
const ROWS = [
  ['alpha-1', '22 MB', 'up'],
  ['b', '1 GB', 'down'],
]

describe('tables', () => {
  it('are two spaces apart, underlined with dashes, without trailing spaces', () => {
    expect(write(document(table(COLUMNS, ROWS)))).toBe(
      [
        'Title',
        'Name     Size   State',
        '----     ----   -----',
        'alpha-1  22 MB  up',
        'b        1 GB   down',
        '',
      ].join('\n'),
    )
  })

  it('count escape codes as nothing and wide characters as two columns', () => {
    const rows = [
      ['データ', '1', 'down'],
      ['x', '2', 'up'],
    ]
    expect(
      write(document(table(COLUMNS, rows)), undefined, tagPainter)
        .split('\n')
        .slice(3),
    ).toEqual(['データ  1     <bad>down</bad>', 'x       2     up', ''])
  })

  it('put a dash where nothing is known', () => {
    expect(write(document(table(COLUMNS, [['a', '', '']])))).toContain('a     -     -')
  })

  it('go into parts led by the first column when the terminal is too narrow', () => {
    expect(
      write(document(table(COLUMNS, ROWS)), 16)
        .split('\n')
        .slice(1),
    ).toEqual([
      'Name     Size',
      '----     ----',
      'alpha-1  22 MB',
      'b        1 GB',
      '',
      'Name     State',
      '----     -----',
      'alpha-1  up',
      'b        down',
      '',
    ])
  })

  it('become records where the first column leaves no room for another', () => {
    const long = 'alpha-1-of-a-long-name'
    const lines = write(document(table(COLUMNS, [[long, '22 MB', 'up'], ROWS[1]!])), 20).split('\n')
    expect(lines.slice(1)).toEqual([long, '  Size   22 MB', '  State  up', 'b', '  Size   1 GB', '  State  down', ''])
  })

  it.each([
    [13, ['alpha-1', '  Size: 22 MB', '  State: up', 'b', '  Size: 1 GB', '  State: down', '']],
    [12, ['alpha-1', '  Size:', '    22 MB', '  State: up', 'b', '  Size: 1 GB', '  State:', '    down', '']],
  ])('give up aligning the records on one of %i columns', (width, expected) => {
    expect(
      write(document(table(COLUMNS, ROWS)), width)
        .split('\n')
        .slice(1),
    ).toEqual(expected)
  })
})

describe('pairs', () => {
  const two = document(
    pairs([
      ['Name:', cell('c')],
      ['Long label:', cell('one two three four five six seven eight')],
    ]),
  )

  it('align their values', () => {
    expect(write(two)).toBe('Title\nName:        c\nLong label:  one two three four five six seven eight\n')
  })

  it('wrap long values under themselves', () => {
    expect(write(two, 45)).toBe(
      'Title\nName:        c\nLong label:  one two three four five six\n             seven eight\n',
    )
  })

  it('give up alignment where there is no room for it', () => {
    expect(write(two, 25)).toBe('Title\nName: c\nLong label: one two three\n  four five six seven\n  eight\n')
  })

  it('leave out what has no value', () => {
    expect(
      write(
        document(
          pairs([
            ['A:', null],
            ['B:', cell('1')],
          ]),
        ),
      ),
    ).toBe('Title\nB:  1\n')
  })
})

describe('lists', () => {
  const list = document({
    kind: 'list',
    rows: [
      [cell('CRITICAL', 'bad'), cell('wal-archiving'), cell('archiving has been failing for a long time now')],
      [cell('INFO', 'note'), cell('fenced'), cell('short')],
    ],
  })

  it('wrap their sentence under itself', () => {
    expect(write(list, 60)).toBe(
      [
        'Title',
        'CRITICAL  wal-archiving  archiving has been failing for a',
        '                         long time now',
        'INFO      fenced         short',
        '',
      ].join('\n'),
    )
  })

  it('put it on a line of its own where little room is left', () => {
    expect(write(list, 40)).toBe(
      [
        'Title',
        'CRITICAL  wal-archiving',
        '  archiving has been failing for a long',
        '  time now',
        'INFO      fenced',
        '  short',
        '',
      ].join('\n'),
    )
  })
})

describe('text from the cluster', () => {
  const evil = '\u001b[2J\u0007red\u202e\nnext'

  it('never reaches the terminal raw, wherever it stands', () => {
    const everywhere: Document = {
      sections: [
        section(
          cell(evil),
          pairs([[evil, cell(evil)]]),
          table([{ title: 'T', cell: () => cell(evil) }], [1]),
          note(evil),
          { kind: 'list', rows: [[cell(evil), cell(evil)]] },
          { kind: 'raw', text: evil },
        ),
      ],
    }
    const text = write(everywhere)
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(text.split('\\x1b[2J\\x07red\\u202e')).toHaveLength(9)
  })

  it('keeps the lines of a file', () => {
    expect(write(document({ kind: 'raw', text: 'a\r\nb\u001b[0m\n\n' }))).toBe('Title\na\nb\\x1b[0m\n')
  })
})

it('paints tones, not padding', () => {
  const text = write(document(pairs([['Status:', cell('Failing', 'bad')]])), undefined, tagPainter)
  expect(text).toBe('<title>Title</title>\nStatus:  <bad>Failing</bad>\n')
})

it('separates sections by an empty line', () => {
  const two: Document = { sections: [section(cell('A'), note('1')), section(null, note('2'))] }
  expect(write(two)).toBe('A\n1\n\n2\n')
})

it('leaves out the titles of tables on request', () => {
  const text = renderText(
    { sections: [section(null, table(COLUMNS, ROWS))] },
    { painter: plainPainter, width: undefined, headers: false },
  )
  expect(text).toBe('alpha-1  22 MB  up\nb        1 GB   down\n')
})
