import { createHash } from 'node:crypto'
import { containerPaths } from './layout.ts'

/** Parameters by name, as in `.spec.postgresql.parameters`. */
export type Parameters = Readonly<Record<string, string>>

/** The two operators whose wire forms the sandbox speaks. */
export type Wire = '1.30.0' | '1.15.1'

/** What the operator's defaults and a small manifest make of `.spec.postgresql.parameters` (recorded states healthy, operator-1.15.1-healthy). */
export function defaultParameters(wire: Wire): Record<string, string> {
  const common = {
    archive_mode: 'on',
    archive_timeout: '5min',
    dynamic_shared_memory_type: 'posix',
    log_destination: 'csvlog',
    // Relative, unlike the real one (/controller/log): it has to be true of every instance of the machine.
    log_directory: 'log',
    log_filename: 'postgres',
    log_rotation_age: '0',
    log_rotation_size: '0',
    log_truncate_on_rotation: 'false',
    logging_collector: 'on',
    max_connections: '50',
    max_parallel_workers: '32',
    max_replication_slots: '32',
    max_worker_processes: wire === '1.15.1' ? '40' : '32',
    shared_buffers: '32MB',
    shared_memory_type: 'mmap',
    shared_preload_libraries: '',
    wal_keep_size: '512MB',
    wal_receiver_timeout: '5s',
    wal_sender_timeout: '5s',
  }
  if (wire === '1.15.1') return { ...common, timezone: 'Asia/Seoul' }
  return {
    ...common,
    full_page_writes: 'on',
    ssl_max_protocol_version: 'TLSv1.3',
    ssl_min_protocol_version: 'TLSv1.3',
    wal_level: 'logical',
    wal_log_hints: 'on',
  }
}

/** Settings the operator fixes, with the paths of the container. The command line of the server replaces the paths by real ones. */
function fixedParameters(cluster: string): Record<string, string> {
  const certificates = containerPaths.certificates
  return {
    archive_command: '/controller/manager wal-archive --log-destination /controller/log/postgres.json %p',
    cluster_name: cluster,
    hot_standby: 'true',
    listen_addresses: '*',
    port: '5432',
    restart_after_crash: 'false',
    ssl: 'on',
    ssl_ca_file: `${certificates}/client-ca.crt`,
    ssl_cert_file: `${certificates}/server.crt`,
    ssl_key_file: `${certificates}/server.key`,
    unix_socket_directories: containerPaths.run,
  }
}

/**
 * Fixed settings that only a start can change. They differ on the machine and come from the command line; in the file they would
 * count as changes that wait for a restart.
 */
const fromCommandLine = new Set(['listen_addresses', 'port', 'unix_socket_directories'])

/** The two renditions of custom.conf. */
export interface CustomConf {
  /** As the server reads it. */
  file: string
  /** As the instance manager of a real pod writes it. */
  shown: string
  /** What the manager reports as `loadedConfigurationHash`. */
  hash: string
}

export function customConf(cluster: string, parameters: Parameters): CustomConf {
  const entries = Object.entries({ ...parameters, ...fixedParameters(cluster) }).sort(([a], [b]) => (a < b ? -1 : 1))
  const line = ([name, value]: [string, string]) => `${name} = ${quote(value)}\n`
  const shown = entries.map(line).join('')
  const hash = createHash('sha256').update(shown).digest('hex')
  const last = `cnpg.config_sha256 = ${quote(hash)}\n`
  const file = entries.filter(([name]) => !fromCommandLine.has(name)).map(line)
  return { file: `${file.join('')}${last}`, shown: `${shown}${last}`, hash }
}

/** Where a standby finds its primary. */
export interface Upstream {
  host: string
  port: number
  /** Folder with streaming_replica.crt, streaming_replica.key and server-ca.crt. */
  certificates: string
}

/** override.conf: how an instance follows its primary (spec/wire-formats.md E.1). `undefined`: it is the primary. */
export function overrideConf(
  cluster: string,
  pod: string,
  slot: string | undefined,
  upstream: Upstream | undefined,
): string {
  const lines = ["recovery_target_timeline = 'latest'"]
  if (upstream !== undefined) {
    const files = upstream.certificates
    const conninfo = [
      // The name is what certificates and screens know; the address is where it is.
      `host=${cluster}-rw hostaddr=${upstream.host} port=${upstream.port}`,
      `user=streaming_replica dbname=postgres application_name=${pod} sslmode=verify-ca`,
      `sslkey=${files}/streaming_replica.key sslcert=${files}/streaming_replica.crt sslrootcert=${files}/server-ca.crt`,
    ].join(' ')
    lines.push(`primary_conninfo = ${quote(conninfo)}`)
    if (slot !== undefined) lines.push(`primary_slot_name = ${quote(slot)}`)
  }
  return `${lines.join('\n')}\n`
}

/**
 * pg_hba.conf in the operator's order (spec/wire-formats.md F.1). One rule differs: peer authentication of the private socket becomes
 * trust, since the caller is another user of the machine; the folder of the socket is closed to all others.
 */
export function hbaConf(wire: Wire, rules: readonly string[]): string {
  const map = wire === '1.15.1' ? '' : ' map=cnpg_streaming_replica'
  return `
#
# FIXED RULES
#

# Grant local access
local all all trust

# Require client certificate authentication for the streaming_replica user
hostssl postgres streaming_replica all cert${map}
hostssl replication streaming_replica all cert${map}

#
# USER-DEFINED RULES
#

${rules.join('\n')}

#
# DEFAULT RULES
#
host all all all scram-sha-256
`
}

export const identConf = 'local postgres postgres\ncnpg_streaming_replica streaming_replica streaming_replica\n'

/** Name of an instance's slot for high availability (spec/wire-formats.md A.5.3). */
export function slotName(pod: string, prefix = '_cnpg_'): string {
  return `${prefix}${pod.toLowerCase().replace(/[^a-z0-9_]+/g, '_')}`
}

function quote(value: string): string {
  return `'${value.replace(/'/g, "''")}'`
}
