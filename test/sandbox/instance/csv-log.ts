/** Columns of PostgreSQL's csvlog since version 14; the manager's record has the same names. */
const columns = [
  'log_time',
  'user_name',
  'database_name',
  'process_id',
  'connection_from',
  'session_id',
  'session_line_num',
  'command_tag',
  'session_start_time',
  'virtual_transaction_id',
  'transaction_id',
  'error_severity',
  'sql_state_code',
  'message',
  'detail',
  'hint',
  'internal_query',
  'internal_query_pos',
  'context',
  'query',
  'query_pos',
  'location',
  'application_name',
  'backend_type',
  'leader_pid',
  'query_id',
] as const

/** One entry of a server's log, fields that are empty left out. */
export type LogRecord = Partial<Record<(typeof columns)[number], string>>

/** Reads csvlog text in pieces as they are written; an entry may span lines and pieces. */
export class CsvLogReader {
  #rest = ''

  /** The entries that are complete with this piece. */
  push(piece: string): LogRecord[] {
    const text = this.#rest + piece
    const records: LogRecord[] = []
    let fields: string[] = []
    let field = ''
    let quoted = false
    let begin = 0
    for (let index = 0; index < text.length; index++) {
      const char = text[index]
      if (quoted) {
        if (char !== '"') field += char
        else if (text[index + 1] === '"') field += text[++index]
        else quoted = false
      } else if (char === '"') quoted = true
      else if (char === ',' || char === '\n') {
        fields.push(field)
        field = ''
        if (char === '\n') {
          records.push(named(fields))
          fields = []
          begin = index + 1
        }
      } else field += char
    }
    this.#rest = text.slice(begin)
    return records
  }

  /** Forgets an entry begun, when the file was made anew. */
  reset(): void {
    this.#rest = ''
  }
}

function named(fields: readonly string[]): LogRecord {
  const record: LogRecord = {}
  columns.forEach((name, index) => {
    const value = fields[index] ?? ''
    if (value !== '') record[name] = value
  })
  return record
}
