import { readFile } from 'node:fs/promises'
import type { Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { InputStream } from '../../host/types.ts'
import type { InstanceWish } from '../../model/target.ts'
import type { LoginWish } from '../access/login.ts'
import { instanceWish } from '../access/instance-options.ts'
import { loginWish, readPem } from '../access/login-options.ts'

export type OutputFormat = 'table' | 'csv' | 'json'

/** A call of `sql`, its files read and its flags checked. */
export interface SqlRequest {
  cluster: string
  text: string
  params: readonly string[]
  instances: InstanceWish | 'all'
  login: LoginWish
  /** PEM; null: the cluster's secret is read. */
  ca: string | null
  write: boolean
  /** Milliseconds; 0 is none. */
  statementTimeoutMs: number
  format: OutputFormat
  expanded: boolean
  headers: boolean
}

/** Throws CliError: usage for what is missing or contradicts itself, config for a file that cannot be read. */
export async function readRequest({ args, options }: Invocation, context: Context): Promise<SqlRequest> {
  const cluster = args['CLUSTER'] as string
  const all = options['all-instances'] === true
  if (all && (options['replica'] === true || options['instance'] !== undefined)) {
    throw usage('--all-instances excludes --replica and --instance')
  }
  const caFile = options['pg-ca']
  return {
    cluster,
    text: await statements(args['SQL'] as string | undefined, options['file'] as string | undefined, context),
    params: options['param'] as readonly string[],
    instances: all ? 'all' : instanceWish(cluster, options),
    login: await loginWish(options, context.host.env),
    ca: typeof caFile === 'string' ? await readPem('--pg-ca', caFile) : null,
    write: options['write'] === true,
    statementTimeoutMs: options['statement-timeout'] as number,
    format: options['output'] as OutputFormat,
    expanded: options['expanded'] === true,
    headers: options['no-headers'] !== true,
  }
}

async function statements(given: string | undefined, file: string | undefined, { host }: Context): Promise<string> {
  if (given !== undefined && file !== undefined) throw usage('give the statements as SQL or with --file, not both')
  if (given !== undefined) return given
  if (file === undefined) throw usage('sql needs SQL or --file')
  // A byte order mark, as Windows editors leave it, is no SQL.
  return (file === '-' ? await inputText(host.stdin) : await fileText(file)).replace(/^\ufeff/, '')
}

async function inputText(stdin: InputStream): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stdin.read()) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new CliError({ kind: 'config', message: `cannot read ${file}`, cause })
  }
}

function usage(message: string): CliError {
  return new CliError({
    kind: 'usage',
    message,
    usage: 'kubectl cnpg sql CLUSTER [SQL] [flags]',
    hint: "For example: kubectl cnpg sql mycluster 'SELECT version()'",
  })
}
