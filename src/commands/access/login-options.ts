import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { OptionSpec, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Host } from '../../host/types.ts'
import type { LoginWish } from './login.ts'

/** Flags that say as whom to log in over the network. */
export const loginOptions: readonly OptionSpec[] = [
  {
    name: 'role',
    type: 'string',
    value: 'ROLE',
    completer: 'role',
    summary: "Log in as this role, with its secret; default: the application's role",
  },
  { name: 'superuser', type: 'boolean', summary: 'Log in as postgres, where the cluster has a secret for it' },
  {
    name: 'database',
    short: 'd',
    type: 'string',
    value: 'NAME',
    completer: 'database',
    summary: "Use this database; default: the application's",
  },
  {
    name: 'secret',
    type: 'string',
    value: 'NAME',
    completer: 'password-secret',
    summary: 'Take the password from this secret (key password)',
  },
  {
    name: 'pg-cert',
    type: 'string',
    value: 'FILE',
    completer: 'file',
    summary: 'Log in with this client certificate instead of a password',
  },
  { name: 'pg-key', type: 'string', value: 'FILE', completer: 'file', summary: 'Private key of that certificate' },
  {
    name: 'pg-ca',
    type: 'string',
    value: 'FILE',
    completer: 'file',
    summary: "Trust the servers' certificates of this CA instead of reading the cluster's secret",
  },
]

/**
 * What the flags ask for; PGPASSWORD counts as the password when a role is named. Throws CliError (usage) for flags that
 * contradict each other, config for files that cannot be read.
 */
export async function loginWish(options: OptionValues, env: Host['env']): Promise<LoginWish> {
  const { role, superuser, database, secret } = options
  if (superuser === true && role !== undefined && role !== 'postgres') {
    throw new CliError({ kind: 'usage', message: '--superuser and --role exclude each other' })
  }
  const certificate = await certificateOf(options)
  const password = env['PGPASSWORD']
  const named = role !== undefined || superuser === true
  return {
    ...(typeof role === 'string' ? { role } : {}),
    ...(superuser === true ? { superuser } : {}),
    ...(typeof database === 'string' ? { database } : {}),
    ...(typeof secret === 'string' ? { secret } : {}),
    ...(certificate === undefined ? {} : { certificate }),
    ...(named && secret === undefined && password !== undefined && password !== '' ? { password } : {}),
  }
}

/** A file of `--pg-…` as text. Throws CliError (config). */
export async function readPem(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new CliError({ kind: 'config', message: `cannot read the file of ${flag}`, cause })
  }
}

async function certificateOf(options: OptionValues): Promise<LoginWish['certificate']> {
  const certFile = options['pg-cert']
  const keyFile = options['pg-key']
  if (certFile === undefined && keyFile === undefined) return undefined
  if (typeof certFile !== 'string' || typeof keyFile !== 'string') {
    throw new CliError({ kind: 'usage', message: '--pg-cert and --pg-key belong together' })
  }
  const [cert, key] = await Promise.all([readPem('--pg-cert', certFile), readPem('--pg-key', keyFile)])
  return { cert, key, commonName: commonNameOf(cert) }
}

function commonNameOf(pem: string): string | undefined {
  try {
    return /^CN=(.+)$/m.exec(new X509Certificate(pem).subject)?.[1]
  } catch (cause) {
    throw new CliError({ kind: 'config', message: 'the file of --pg-cert holds no certificate', cause })
  }
}
