/**
 * A stand-in for psql, for machines that have none: connects as libpq's environment says, runs the statements of `-c`, `-f` or the
 * input one by one, and prints rows as text. It knows the options scripts use; of the backslash commands only \q, \echo, \if and its
 * kin, and \gset, whose variables count in conditions alone.
 */
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { Branches } from './psql-branches.ts'
import { formatRows } from './psql-format.ts'
import { parseOptions } from './psql-options.ts'
import type { PsqlOptions } from './psql-options.ts'
import { splitStatements } from './psql-statements.ts'

// Everything is printed as PostgreSQL writes it.
const asText = { getTypeParser: () => (value: string) => value }

/** Behind a statement: its row becomes variables. */
const GSET = '\\gset'

const options = parseOptions(process.argv.slice(2))
if ('usage' in options) {
  process.stderr.write(`${options.usage}\n`)
  process.exit(1)
}
process.exitCode = await main(options)

async function main(options: PsqlOptions): Promise<number> {
  if (options.version) {
    process.stdout.write('psql (PostgreSQL) 18.0 (sandbox)\n')
    return 0
  }
  const host = options.host ?? process.env['PGHOST'] ?? 'localhost'
  const port = Number(options.port ?? process.env['PGPORT'] ?? 5432)
  const user = options.user ?? process.env['PGUSER'] ?? 'postgres'
  const client = new pg.Client({
    host,
    port,
    user,
    database: options.database ?? process.env['PGDATABASE'] ?? user,
    application_name: 'psql',
    types: asText,
    ...(process.env['PGPASSWORD'] === undefined ? {} : { password: process.env['PGPASSWORD'] }),
  })
  client.on('error', () => undefined)
  client.on('notice', (notice) => process.stderr.write(`${notice.severity ?? 'NOTICE'}:  ${notice.message ?? ''}\n`))
  try {
    await client.connect()
  } catch (error) {
    const place = host.startsWith('/') ? `socket "${host}/.s.PGSQL.${port}"` : `"${host}", port ${port}`
    process.stderr.write(
      `psql: error: connection to server ${host.startsWith('/') ? 'on' : 'at'} ${place} failed: ${reason(error)}\n`,
    )
    return 2
  }
  try {
    return await runScripts(client, options)
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function runScripts(client: pg.Client, options: PsqlOptions): Promise<number> {
  const given = [
    ...options.commands.map((text) => ({ text, file: false })),
    ...options.files.map((file) => ({ text: read(file), file: true })),
  ]
  const scripts = given.length === 0 ? [{ text: read('-'), file: true }] : given
  let code = 0
  for (const { text, file } of scripts) {
    const variables = { ...options.variables }
    const branches = new Branches(variables)
    const statements = splitStatements(text, options.variables)
    for (const [index, statement] of statements.entries()) {
      if (branches.take(statement) || !branches.running || statement === GSET) continue
      if (statement === '\\q') return code
      const into = statements[index + 1] === GSET ? variables : undefined
      const echo = /^\\(q?)echo\s+(.*)$/.exec(statement)
      if (echo !== null) process.stdout.write(`${echo[2] ?? ''}\n`)
      else if (!(await runStatement(client, options, statement, into))) {
        // As psql: a command of -c that fails gives 1; a script goes on unless ON_ERROR_STOP is set, and then gives 3.
        if (!file) return 1
        if (options.variables['ON_ERROR_STOP'] !== undefined && options.variables['ON_ERROR_STOP'] !== '0') return 3
        code = 0
      }
    }
  }
  return code
}

/** Prints what a statement gives, or sets variables to the values of its row. */
async function runStatement(
  client: pg.Client,
  options: PsqlOptions,
  text: string,
  into?: Record<string, string>,
): Promise<boolean> {
  try {
    const result = await client.query({ text, rowMode: 'array' })
    if (into !== undefined) {
      const [row = []] = result.rows as (string | null)[][]
      for (const [index, { name }] of result.fields.entries()) into[name] = row[index] ?? ''
      return true
    }
    for (const each of Array.isArray(result) ? (result as (typeof result)[]) : [result]) {
      process.stdout.write(
        formatRows(
          each.fields.map(({ name }) => name),
          each.rows as (string | null)[][],
          tagOf(each),
          options,
        ),
      )
    }
    return true
  } catch (error) {
    const {
      severity = 'ERROR',
      message,
      detail,
      hint,
    } = error as { severity?: string; message: string; detail?: string; hint?: string }
    const more = [
      detail === undefined ? '' : `DETAIL:  ${detail}\n`,
      hint === undefined ? '' : `HINT:  ${hint}\n`,
    ].join('')
    process.stderr.write(`${severity}:  ${message}\n${more}`)
    return false
  }
}

function tagOf(result: { command: string; rowCount: number | null }): string {
  if (result.command === 'INSERT') return `INSERT 0 ${result.rowCount ?? 0}`
  return ['UPDATE', 'DELETE', 'COPY', 'MERGE'].includes(result.command)
    ? `${result.command} ${result.rowCount ?? 0}`
    : result.command
}

function read(file: string): string {
  return readFileSync(file === '-' ? 0 : file, 'utf8')
}

function reason(error: unknown): string {
  const { code, message, severity } = error as { code?: string; message: string; severity?: string }
  if (code === 'ENOENT')
    return 'No such file or directory\n\tIs the server running locally and accepting connections on that socket?'
  if (code === 'ECONNREFUSED')
    return 'Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?'
  return severity === undefined ? message : `${severity}:  ${message}`
}
