import type { TLSSocket } from 'node:tls'
import type { Client } from 'pg'
import { splitStatements } from './split-statements.ts'
import { type ResultSink, runStatement, type Statement } from './statement.ts'

/**
 * Once a query has run, a transaction cannot be made read-write any more (PostgreSQL's manual, SET TRANSACTION); a setting alone
 * would leave that to the statements.
 */
const PIN = 'SELECT 1'
const BEGIN = `BEGIN READ ONLY; ${PIN}`
/** Within a transaction: after ROLLBACK TO, and where COMMIT AND CHAIN has begun a new one. */
const AGAIN = `SET TRANSACTION READ ONLY; ${PIN}`

/** Tags of statements behind which the transaction may be another. */
const ENDS_TRANSACTION = /^(COMMIT|ROLLBACK|PREPARE TRANSACTION)/

/**
 * Runs statements that cannot change anything, whatever they say: in a read-only transaction, one by one, so that a statement
 * that ends the transaction is noticed and the next one begins in a new one. Throws as `runStatement`.
 */
export async function runReadOnly(
  client: Client,
  socket: TLSSocket,
  statement: Statement,
  sink: ResultSink,
): Promise<void> {
  const { text, params } = statement
  // With values the server takes no more than one.
  const parts = params.length > 0 ? [{ text, at: 0 }] : splitStatements(text)
  const ours = (sql: string) => runStatement(client, socket, { ...statement, text: sql, params: [] }, NOBODY)
  const inTransaction = (): boolean => client.getTransactionStatus() !== 'I'
  let pinned = false
  const watched: ResultSink = {
    columns: (columns) => sink.columns(columns),
    row: (values) => sink.row(values),
    copied: (bytes) => sink.copied(bytes),
    done(tag) {
      pinned = !ENDS_TRANSACTION.test(tag)
      return sink.done(tag)
    },
  }
  for (const { text: part, at } of parts) {
    if (!pinned) await ours(inTransaction() ? AGAIN : BEGIN)
    pinned = true
    await runStatement(client, socket, { ...statement, text: part, alone: true, within: { text, at } }, watched)
  }
  if (inTransaction()) await ours('COMMIT')
}

const NOBODY: ResultSink = {
  columns: () => undefined,
  row: () => undefined,
  copied: () => undefined,
  done: () => undefined,
}
