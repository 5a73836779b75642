import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { visible } from '../../api/visible-text.ts'
import type { Context } from '../../cli/command.ts'
import {
  type ConnectionFacts,
  connectionEnvironment,
  connectionStrings,
  shellQuoted,
} from '../../render/connection-strings.ts'
import type { Credentials } from './credentials.ts'
import type { Files } from './files.ts'
import { ADDRESS } from './relay.ts'
import type { ConnectRequest } from './request.ts'
import type { Target } from './target.ts'

/** What programs have to know, with the files written that were asked for. A COMMAND gets its password by file. */
export async function connectionFacts(
  request: ConnectRequest,
  { user, database, password, ca }: Credentials,
  port: number,
  files: Files,
): Promise<ConnectionFacts> {
  const { certificate, caFile } = request
  if (caFile !== null && ca !== null) await files.open(caFile, ca)
  const forChild = request.command.length > 0 ? join(tmpdir(), `pgpass-${randomUUID()}`) : null
  const passFile = password === null ? null : (request.passFile ?? forChild)
  if (passFile !== null) {
    const entry = [ADDRESS, String(port), '*', user ?? '*', password ?? ''].map((field, index) =>
      index === 2 || field === '*' ? field : field.replace(/[\\:]/g, (character) => `\\${character}`),
    )
    await files.secret(passFile, `${entry.join(':')}\n`)
  }
  return {
    host: ADDRESS,
    port,
    user,
    database,
    ...(certificate === null ? {} : { certificate }),
    ...(caFile === null ? {} : { caFile }),
    ...(passFile === null ? {} : { passFile }),
    ...(request.showPassword && password !== null ? { password } : {}),
  }
}

/** Prints how to connect; with a COMMAND, which owns stdout, one line on stderr. */
export async function announce(
  request: ConnectRequest,
  target: Target,
  facts: ConnectionFacts,
  credentials: Credentials,
  { host, log }: Context,
): Promise<void> {
  const now = target.candidates.filter((candidate) => target.goal.fits(candidate)).map(({ name }) => name)
  const place = `${facts.host}:${facts.port}`
  const headline = `${place} leads to ${leadsTo(request)}${now.length === 0 ? '' : ` (now ${now.join(', ')})`}`
  if (request.command.length > 0) return log('debug', headline)
  if (request.format === 'json') {
    const { renderJson } = await import('../../render/json.ts')
    await host.stdout.write(renderJson(document(request, facts, now)))
    return
  }
  const strings = connectionStrings(facts)
  const variables = Object.entries(connectionEnvironment(facts)).map(([name, value]) => `${name}=${shellQuoted(value)}`)
  const lines = [
    headline,
    '',
    `psql    ${strings.psql}`,
    `URI     ${strings.uri}`,
    `JDBC    ${strings.jdbc}`,
    `Node    ${strings.node}`,
    `Python  ${strings.python}`,
    `Shell   export ${variables.join(' ')}`,
    '',
    ...passwordLines(facts, credentials),
    'Ctrl-C closes it.',
  ]
  await host.stdout.write(lines.map((line) => `${visible(line)}\n`).join(''))
}

function leadsTo({ target, cluster }: ConnectRequest): string {
  if (target.kind === 'pooler') return `pooler ${target.name} of ${cluster}`
  return target.kind === 'primary' ? `the primary of ${cluster}` : `the replicas of ${cluster}`
}

function passwordLines(facts: ConnectionFacts, { source }: Credentials): string[] {
  if (source === null || facts.password !== undefined) return []
  if (facts.passFile !== undefined) return [`The password is in ${facts.passFile}, which is removed at the end.`]
  return [`The password is in ${source}; --show-password prints it, --write-pgpass FILE hands it to psql.`]
}

function document(request: ConnectRequest, facts: ConnectionFacts, instances: readonly string[]): object {
  const { uri, jdbc } = connectionStrings(facts)
  const { target, cluster } = request
  return {
    schemaVersion: 1,
    cluster,
    target: target.kind,
    ...(target.kind === 'pooler' ? { pooler: target.name } : {}),
    pods: instances,
    host: facts.host,
    port: facts.port,
    user: facts.user,
    database: facts.database,
    ...(facts.password === undefined ? {} : { password: facts.password }),
    uri,
    jdbc,
    environment: connectionEnvironment(facts),
  }
}
