import { resolve } from 'node:path'
import type { Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { LoginWish } from '../access/login.ts'
import { loginWish, readPem } from '../access/login-options.ts'

/** A call of `connect`, its flags checked. */
export interface ConnectRequest {
  cluster: string
  port: number
  target: { kind: 'primary' | 'replica' } | { kind: 'pooler'; name: string }
  login: LoginWish
  /** PEM; null: the cluster's secret is read. */
  ca: string | null
  /** Paths of the client certificate, absolute. */
  certificate: { cert: string; key: string } | null
  showPassword: boolean
  /** Absolute paths. */
  passFile: string | null
  caFile: string | null
  format: 'text' | 'json'
  command: readonly string[]
}

/** Throws CliError: usage for flags that make no sense, config for a file that cannot be read. */
export async function readRequest({ args, options, rest }: Invocation, context: Context): Promise<ConnectRequest> {
  const { env, cwd } = context.host
  const port = options['port'] as number
  if (port < 0 || port > 65_535) throw usage('--port takes a number from 0 to 65535')
  const pooler = options['pooler']
  if (pooler !== undefined && options['replica'] === true) throw usage('--replica and --pooler exclude each other')
  const path = (name: string): string | null => {
    const given = options[name]
    return typeof given === 'string' ? resolve(cwd, given) : null
  }
  const [cert, key, ca] = [path('pg-cert'), path('pg-key'), path('pg-ca')]
  return {
    cluster: args['CLUSTER'] as string,
    port,
    target: typeof pooler === 'string' ? { kind: 'pooler', name: pooler } : { kind: replicaOr(options['replica']) },
    login: await loginWish(options, env),
    ca: ca === null ? null : await readPem('--pg-ca', ca),
    certificate: cert === null || key === null ? null : { cert, key },
    showPassword: options['show-password'] === true,
    passFile: path('write-pgpass'),
    caFile: path('write-ca'),
    format: options['output'] as ConnectRequest['format'],
    command: rest,
  }
}

function replicaOr(flag: unknown): 'primary' | 'replica' {
  return flag === true ? 'replica' : 'primary'
}

function usage(message: string): CliError {
  return new CliError({ kind: 'usage', message, usage: 'kubectl cnpg connect CLUSTER [flags] [-- COMMAND...]' })
}
