import type { InstanceStatus } from '../api/instance-status.ts'
import type { BaseBackupProgress, InstanceDetails, LiveSetting } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import { BASE_BACKUPS_SQL, parseBaseBackups } from './base-backups-sql.ts'
import { detailsSql, parseDetails } from './details-sql.ts'
import { type Capabilities, instanceStatusSql, parseInstanceStatus } from './instance-status-sql.ts'
import { parseSettings, settingsSql } from './settings-sql.ts'
import { SESSION_SQL } from './session-sql.ts'

/** Runs a program where psql and the server's socket are, e.g. in the container `postgres`. */
export type RunCommand = (
  command: readonly string[],
  stdin: string,
) => Promise<{ stdout: string; stderr: string; exitCode: number }>

/** psql without its start file, bare and quiet, stopping at the first error, never asking for a password. */
const PSQL_COMMAND: readonly string[] = ['psql', '-XAtqw', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres']

/** What ends psql's input where its end cannot be told (exec over old API servers). */
export const PSQL_FAREWELL = '\n\\q\n'

/** Peer authentication gives the superuser (spec/wire-formats.md F.1). */
const SUPERUSER = { archiveStatus: true, fileSettings: true } as const

/** Versions from which the statements have another text, the newest first; the last one stands for all before. */
const VERSIONS = [130000, 120000, 0] as const

/**
 * The fields of `/pg/status` by psql, as superuser over the socket: works with a frozen instance manager. One run of
 * psql whatever the server's version. `cluster` is the Cluster's name. Throws CliError: unreachable (the server does
 * not accept connections), failed (psql is missing, the server refuses the statement), or what `run` throws.
 */
export async function statusByPsql(run: RunCommand, cluster: string): Promise<InstanceStatus> {
  const json = await scalar(run, statusScript())
  return parsed(json, () => parseInstanceStatus(json, cluster))
}

/** The details of one instance by psql, as {@link statusByPsql}. */
export async function detailsByPsql(run: RunCommand, cluster: string): Promise<InstanceDetails> {
  const can = { version: VERSIONS[0], ...SUPERUSER }
  const json = await scalar(run, script(`${detailsSql(can)};`))
  return parsed(json, () => parseDetails(json, cluster, can))
}

/** Live values of settings by psql, as {@link statusByPsql}. */
export async function settingsByPsql(run: RunCommand, names: readonly string[]): Promise<LiveSetting[]> {
  const json = await scalar(run, script(`${settingsSql(names, SUPERUSER)};`))
  return parsed(json, () => parseSettings(json, names))
}

/** Base backups under way by psql, as {@link statusByPsql}. */
export async function baseBackupsByPsql(run: RunCommand): Promise<BaseBackupProgress[]> {
  const json = await scalar(run, script(`${BASE_BACKUPS_SQL};`))
  return parsed(json, () => parseBaseBackups(json))
}

/** psql itself asks for the version and takes the text that fits it, which saves a second exec. */
function statusScript(): string {
  const checks = VERSIONS.slice(0, -1)
    .map((version) => `current_setting('server_version_num')::int >= ${String(version)} AS from_${String(version)}`)
    .join(', ')
  const branches = VERSIONS.map((version, index) => {
    const keyword = index === 0 ? '\\if' : version === 0 ? '\\else' : '\\elif'
    const condition = version === 0 ? '' : ` :from_${String(version)}`
    return `${keyword}${condition}\n${instanceStatusSql(capabilitiesOf(version))};`
  }).join('\n')
  return script(`SELECT ${checks} \\gset\n${branches}\n\\endif`)
}

/** pg_ls_archive_statusdir came with version 12 (A.8). */
function capabilitiesOf(version: number): Capabilities {
  return { version, ...SUPERUSER, archiveStatus: version >= 120000 }
}

function script(body: string): string {
  return `${SESSION_SQL}\n${body}\n`
}

async function scalar(run: RunCommand, text: string): Promise<string> {
  const { stdout, stderr, exitCode } = await run(PSQL_COMMAND, text)
  if (exitCode === 0) return stdout.trim()
  const said = stderr.trim().replace(/\s+/g, ' ')
  if (exitCode === 2 || /server closed the connection|terminating connection/.test(said)) {
    throw new CliError({
      kind: 'unreachable',
      message: `PostgreSQL does not accept connections: ${said.replace(/^psql: error: /, '')}`,
      hint: 'It may be starting, stopping, fenced or down; the log of the pod tells.',
    })
  }
  throw new CliError({ kind: 'failed', message: `psql ended with exit code ${String(exitCode)}: ${said}` })
}

function parsed<T>(json: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    const shown = json.slice(0, 100)
    throw new CliError({
      kind: 'failed',
      message: `psql printed no answer that can be read: ${JSON.stringify(shown)}`,
      cause,
    })
  }
}
