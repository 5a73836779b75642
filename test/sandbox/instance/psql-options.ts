import { parseArgs } from 'node:util'

/** What the stand-in for psql understands of the command line. */
export interface PsqlOptions {
  commands: string[]
  files: string[]
  variables: Record<string, string>
  aligned: boolean
  tuplesOnly: boolean
  quiet: boolean
  csv: boolean
  fieldSeparator: string
  version: boolean
  host?: string
  port?: string
  user?: string
  database?: string
}

const text = (short?: string) => ({ type: 'string', multiple: true, ...(short !== undefined && { short }) }) as const
const flag = (short?: string) => ({ type: 'boolean', ...(short !== undefined && { short }) }) as const

/** Parses psql's arguments; those of no effect here (-X, -w, -e …) are accepted. */
export function parseOptions(args: string[]): PsqlOptions | { usage: string } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        command: text('c'),
        file: text('f'),
        set: text('v'),
        variable: text(),
        host: text('h'),
        port: text('p'),
        username: text('U'),
        dbname: text('d'),
        'field-separator': text('F'),
        pset: text('P'),
        'no-align': flag('A'),
        'tuples-only': flag('t'),
        quiet: flag('q'),
        'no-psqlrc': flag('X'),
        'no-password': flag('w'),
        'echo-queries': flag('e'),
        'single-transaction': flag('1'),
        csv: flag(),
        version: flag('V'),
      },
    })
    const last = (list: string[] | undefined) => list?.at(-1)
    const named = {
      host: last(values.host),
      port: last(values.port),
      user: last(values.username),
      database: last(values.dbname) ?? positionals[0],
    }
    return {
      commands: values.command ?? [],
      files: values.file ?? [],
      variables: Object.fromEntries([...(values.set ?? []), ...(values.variable ?? [])].map(assignment)),
      aligned: values['no-align'] !== true,
      tuplesOnly: values['tuples-only'] === true || values.pset?.includes('tuples_only=on') === true,
      quiet: values.quiet === true,
      csv: values.csv === true,
      fieldSeparator: last(values['field-separator']) ?? '|',
      version: values.version === true,
      ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
    }
  } catch (error) {
    return { usage: `psql: ${(error as Error).message}\npsql: hint: Try "psql --help" for more information.` }
  }
}

function assignment(text: string): [string, string] {
  const at = text.indexOf('=')
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
