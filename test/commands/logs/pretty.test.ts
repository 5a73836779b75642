import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { cli, type CliOptions } from '../../helpers/cli.ts'

const fixture = (name: string): string => readFileSync(new URL(`../../fixtures/logs/${name}`, import.meta.url), 'utf8')

/** Runs `logs pretty` over a text; the output, once nothing went wrong. */
async function pretty(stdin: string, words: readonly string[] = [], options: CliOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await cli(['logs', 'pretty', ...words], { stdin, ...options })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

/** Compares with test/goldens/logs/FILE; `UPDATE_GOLDENS=1` writes it instead. */
function expectGolden(file: string, text: string): void {
  const path = new URL(`../../goldens/logs/${file}`, import.meta.url).pathname
  if (process.env['UPDATE_GOLDENS'] === '1') {
    mkdirSync(new URL('.', `file://${path}`).pathname, { recursive: true })
    writeFileSync(path, text)
  }
  expect(text).toBe(readFileSync(path, 'utf8'))
}

const record = (facts: object): string =>
  `${JSON.stringify({ level: 'info', logger: 'test', logging_pod: 'p-1', ...facts })}\n`

describe('whole screens', () => {
  test.each([
    ['sample.txt', 'sample.jsonl', []],
    ['sample-v.txt', 'sample.jsonl', ['-v']],
    ['sample-v-v.txt', 'sample.jsonl', ['-vv']],
    ['sample-colors.txt', 'sample.jsonl', ['--color=always']],
    ['mixed.txt', 'mixed.txt', []],
    ['mixed-v-v.txt', 'mixed.txt', ['-v', '-v']],
    ['mixed-json.txt', 'mixed.txt', ['--format', 'json']],
    ['warnings.txt', 'demo-all.jsonl', ['--min-level', 'warning']],
    ['one-pod.txt', 'unsorted.jsonl', ['--pods', 'demo-2', '--loggers', 'postgres']],
  ])('%s', async (golden, input, words) => expectGolden(golden, await pretty(fixture(input), words)))
})

interface Official {
  id: string
  args: string[]
  input: string
  stdout: string
}

/** Time, pod and logger of a record's line, and its message; nothing of other lines. */
function columns(line: string): { place: string; message: string }[] {
  const [, time, pod, logger, message] = /^(\d{4}-\S+) +[A-Z0-9]+ +(\S+) (.{16}) (.*)$/.exec(line) ?? []
  return message === undefined ? [] : [{ place: `${time} ${pod} ${logger}`, message: message.replace(/\.\.\.$/, '') }]
}

describe('beside the official plugin', () => {
  const recorded = fixture('official.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Official)

  test('a blank behind the comma of a list is no part of a name', async () => {
    const [, ...lines] = (await pretty(fixture('sample.jsonl'), ['--loggers', 'nosuch, wal-archive'])).split('\n')
    expect(lines[0]).toContain('demo-3 wal-archive      failed to run wal-archive command: switchover in progress')
  })

  test.each(recorded.filter(({ id }) => id !== 'loggers-blank'))(
    '$id: the same records in the same order, their messages not shorter',
    async (official) => {
      const ours = (await pretty(fixture(official.input), official.args)).split('\n').flatMap(columns)
      const theirs = official.stdout.split('\n').flatMap(columns)
      expect(ours.map(({ place }) => place)).toEqual(theirs.map(({ place }) => place))
      // In ours [pid] and user@database stand before; in theirs a character may be cut in two.
      for (const [index, { message }] of theirs.entries())
        expect(ours[index]?.message).toContain(message.replace(/\ufffd.*/, ''))
    },
  )
})

describe('any text', () => {
  test('that is no record is passed on where it stood', async () => {
    const text = 'hello\n{"level":"info"\n[1,2]\n{"broken": \n\tindented\n'
    expect(await pretty(text)).toBe('hello\n{"level":"info"\n[1,2]\n{"broken":\n    indented\n')
  })

  test.each([
    ['nothing', '', ''],
    ['blank lines', '\n  \n\r\n', ''],
    ['a line without an end', '{"msg":"last"}', `${' '.repeat(51)}last\n`],
    ['CR LF', 'one\r\ntwo\r\n', 'one\ntwo\n'],
  ])('%s', async (_name, input, expected) => expect(await pretty(input)).toBe(expected))

  test('control characters are made visible, wherever they come from', async () => {
    const evil = '\u001b]0;owned\u0007'
    const out = await pretty(
      record({ ts: '2026-01-01T00:00:00Z', msg: `a${evil}b\u0000`, logging_pod: evil, logger: evil, level: evil }) +
        `text ${evil}\n` +
        record({
          msg: 'record',
          logger: 'postgres',
          record: { message: evil, detail: evil, query: evil, user_name: evil },
        }),
      ['-vv'],
    )
    expect(out).toContain('owned')
    expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  })

  test('bytes that are no UTF-8 are replaced, and characters in two chunks are not', async () => {
    const { stdout } = await cli('logs pretty', { stdin: Uint8Array.of(0xc5, 0xbc, 0xff, 0x0a) })
    expect(stdout).toBe('ż\ufffd\n')
  })

  test('a line of more than a mebibyte hides nothing behind it', async () => {
    const long = record({ ts: '2026-01-01T00:00:01Z', msg: 'x'.repeat(1_100_000) })
    const lines = (await pretty(record({ ts: '2026-01-01T00:00:00Z', msg: 'before' }) + long + 'behind\n')).split('\n')
    expect(lines.map((line) => line.slice(-6))).toEqual(['before', 'xxx...', 'behind', ''])
  })
})

describe('records of PostgreSQL', () => {
  const statement = (query: string): string =>
    record({
      ts: '2026-01-01T00:00:00Z',
      msg: 'record',
      logger: 'postgres',
      record: {
        error_severity: 'ERROR',
        sql_state_code: '23505',
        process_id: '77',
        user_name: 'app',
        database_name: 'shop',
        message: 'duplicate key value violates unique constraint "orders_pkey"',
        detail: 'Key (id)=(1) already exists.',
        hint: 'Take another one.',
        context: 'SQL statement "x"\nPL/pgSQL function f() line 3',
        query,
      },
    })

  test('are written as PostgreSQL itself would', async () => {
    expect(await pretty(statement('INSERT\n  INTO orders\tVALUES (1)'))).toBe(
      '2026-01-01T00:00:00Z    ERROR    p-1 postgres         [77] app@shop duplicate key value violates unique constraint "orders_pkey"\n' +
        '    DETAIL:  Key (id)=(1) already exists.\n' +
        '    HINT:  Take another one.\n' +
        '    CONTEXT:  SQL statement "x"...\n' +
        '    STATEMENT:  INSERT INTO orders VALUES (1)\n',
    )
  })

  test('with -v in full, with the state', async () => {
    const out = await pretty(statement(`SELECT\n  ${'1, '.repeat(200)}1`), ['-v'])
    expect(out).toContain('"orders_pkey" (SQLSTATE 23505)\n')
    expect(out).toContain('    CONTEXT:  SQL statement "x"\n    PL/pgSQL function f() line 3\n')
    expect(out).toContain(`    STATEMENT:  SELECT\n      ${'1, '.repeat(200)}1\n`)
  })
})

describe('the order', () => {
  const at = (second: number, msg = `m${second}`): string =>
    record({ ts: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`, msg })
  const shown = (out: string): string[] =>
    out
      .trim()
      .split('\n')
      .map((line) => line.split(' ').at(-1) ?? '')

  test('is that of time as far as the window reaches, and a break is told', async () => {
    const text = [5, 3, 4, 9, 8, 1].map((second) => at(second)).join('')
    expect(shown(await pretty(text))).toEqual(['m1', 'm3', 'm4', 'm5', 'm8', 'm9'])
    expect(shown(await pretty(text, ['--sorting-group-size', '2']))).toEqual([
      'm3',
      'm4',
      'm5',
      '---',
      'm1',
      'm8',
      'm9',
    ])
    expect(shown(await pretty(text, ['--sorting-group-size=0']))).toEqual(['m5', 'm3', 'm4', 'm9', 'm8', 'm1'])
  })

  test('is that of moments, whatever the zone and the digits', async () => {
    const times = ['2026-01-01T02:00:00.5+02:00', '2026-01-01T00:00:00.45Z', '2026-01-01T00:00:00.4999999Z']
    const out = await pretty(times.map((ts, index) => record({ ts, msg: `m${index}` })).join(''))
    expect(shown(out)).toEqual(['m1', 'm2', 'm0'])
  })
})

describe('what is chosen', () => {
  const text = [
    record({ ts: '2026-11-23T05:00:00Z', msg: 'early' }),
    record({ ts: '2026-11-23T05:45:00Z', msg: 'middle', error: 'dial tcp' }),
    'plain text\n',
    record({ ts: '2026-11-23T05:59:00Z', msg: 'Late', level: 'error' }),
  ].join('')
  const messages = (out: string): string[] =>
    out
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/).at(-1) ?? '')

  test.each([
    [
      ['--since', '20m'],
      ['middle: dial tcp', 'plain text', 'Late'],
    ],
    [
      ['--since', '2026-11-23 05:45', '--until', '2026-11-23T05:50:00Z'],
      ['middle: dial tcp', 'plain text'],
    ],
    [['--until=30m'], ['early']],
    [
      ['--grep', 'dial|plain'],
      ['middle: dial tcp', 'plain text'],
    ],
    [['--grep', '(?i)late'], ['Late']],
    [
      ['--min-level', 'error'],
      ['plain text', 'Late'],
    ],
    [['--pods', 'p-1,p-2', '--grep', 'early'], ['early']],
  ])('by %j', async (words, expected) => {
    expect(messages(await pretty(text, words))).toEqual(expected)
  })

  test.each([
    [['--min-level', 'warn'], 'invalid value "warn" for --min-level'],
    [['--min-level', 'loud'], 'invalid value "loud" for --min-level'],
    [['--min-level='], 'invalid value "" for --min-level'],
    [['--sorting-group-size', '-1'], 'invalid value "-1" for --sorting-group-size'],
    [['--sorting-group-size', 'x'], 'invalid value "x" for --sorting-group-size'],
    [['--since', 'yesterday'], 'invalid value "yesterday" for --since'],
    [['--grep', '(a'], 'invalid value "(a" for --grep'],
    [['--format', 'raw'], 'invalid value "raw" for --format'],
    [['one', 'two'], 'two'],
  ])('%j is a mistake', async (words, message) => {
    const { code, stdout, stderr } = await cli(['logs', 'pretty', ...words], { stdin: 'x\n' })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^Error: /)
    expect(stderr).toContain(message)
  })
})

describe('where it reads and writes', () => {
  test('a file by its name, and stdin as -', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'logs-pretty-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'a.jsonl'), fixture('demo-all.jsonl'))
    const whole = await pretty(fixture('demo-all.jsonl'))
    expect(await pretty('', ['a.jsonl'], { cwd: folder })).toBe(whole)
    expect(await pretty(fixture('demo-all.jsonl'), ['-'])).toBe(whole)
    const missing = await cli('logs pretty nosuch', { cwd: folder })
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toMatch(/^Error: cannot read nosuch: .*no such file.*\n.*logs cluster nosuch --pretty\n$/)
    expect((await cli('logs pretty .', { cwd: folder })).stderr).toMatch(/^Error: cannot read \.: .*directory/)
  })

  test('a reader that goes away ends it well', async () => {
    const { code, stderr } = await cli('logs pretty', { stdin: fixture('demo-all.jsonl'), stdoutClosesAfter: 100 })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('a terminal as stdin is told of', async () => {
    const { stderr } = await cli('logs pretty', { terminal: { columns: 80 } })
    expect(stderr).toBe('Reading log lines from the terminal; Ctrl-D ends.\n')
  })

  test('as JSON every line is an object, sorted and filtered, records byte for byte', async () => {
    const out = await pretty(fixture('unsorted.jsonl') + 'plain\n', ['--format', 'json'])
    const lines = out.trim().split('\n')
    const times = lines.map((line) => (JSON.parse(line) as { ts?: string }).ts ?? '').filter((ts) => ts !== '')
    expect(times).toEqual(times.toSorted())
    const input = new Set(fixture('unsorted.jsonl').split('\n'))
    expect(lines.filter((line) => !input.has(line))).toEqual(['{"msg":"plain"}'])
  })
})
