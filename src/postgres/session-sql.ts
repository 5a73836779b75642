/** How long one of our statements may take in the server, in milliseconds. */
const STATEMENT_TIMEOUT_MS = 2_500

/**
 * Settings that the statements of this folder rely on, by name. The search path keeps functions and operators that
 * users put into `public` out of statements that run as superuser; styles and time zone fix the text of values.
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  search_path: 'pg_catalog',
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  lock_timeout: '500',
  timezone: 'UTC',
  intervalstyle: 'postgres',
  default_transaction_read_only: 'on',
}

/** The same as statements. */
export const SESSION_SQL = Object.entries(SESSION_SETTINGS)
  .map(([name, value]) => `SET ${name} = '${value}';`)
  .join('\n')
