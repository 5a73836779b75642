import { join } from 'node:path'
import type { Layout } from './layout.ts'

/** Environment of all programs of PostgreSQL: what they say must not depend on the machine. */
export const serverEnvironment = { TZ: 'UTC', LC_ALL: 'C' }

/** Arguments of initdb. */
export function initdbArguments(layout: Layout): string[] {
  return [
    ...['-D', layout.data, '-U', 'postgres'],
    ...['--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
  ]
}

/** Arguments of the server. What only the sandbox needs stands here and not in the files, which look as the operator's do. */
export function serverArguments(layout: Layout, port: number, archiveCommand: string): string[] {
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: layout.run,
    unix_socket_permissions: '0700',
    ssl_ca_file: join(layout.certificates, 'client-ca.crt'),
    ssl_cert_file: join(layout.certificates, 'server.crt'),
    ssl_key_file: join(layout.certificates, 'server.key'),
    archive_command: archiveCommand,
    // How soon a standby looks for its primary again: 5 s, PostgreSQL's default, would be the longest part of every test.
    wal_retrieve_retry_interval: '200ms',
    // The machine's own crash would lose the sandbox anyway.
    fsync: 'off',
  }
  return ['-D', layout.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
