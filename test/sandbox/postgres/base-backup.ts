import type pg from 'pg'
import type { PostgresServer } from './server.ts'

/** A position in the WAL. */
export interface BackupPoint {
  lsn: string
  timeline: number
}

/** Certificates of the replication role, as PEM. */
interface ReplicationCertificates {
  'server-ca.crt': string
  'streaming_replica.crt': string
  'streaming_replica.key': string
}

/**
 * Streams a base backup over the replication protocol and throws it away; the rate is in kB/s, at least 32. It shows in
 * pg_stat_progress_basebackup under the name. Resolves to where it began and ended.
 */
export async function streamBaseBackup(
  server: PostgresServer,
  files: ReplicationCertificates,
  name: string,
  rate?: number,
): Promise<{ begin: BackupPoint; end: BackupPoint }> {
  // As the replication role, over TLS: the rules of access let nobody else in for this.
  const options = {
    host: '127.0.0.1',
    user: 'streaming_replica',
    ssl: {
      ca: files['server-ca.crt'],
      cert: files['streaming_replica.crt'],
      key: files['streaming_replica.key'],
      checkServerIdentity: () => undefined,
    },
    replication: 'true',
    application_name: name,
  }
  const client = await server.connect(options)
  try {
    const limit = rate === undefined ? '' : `, MAX_RATE ${Math.max(32, Math.round(rate))}`
    const answer: unknown = await client.query(
      `BASE_BACKUP (LABEL '${name}', PROGRESS, CHECKPOINT 'fast', WAIT false${limit})`,
    )
    const results = (Array.isArray(answer) ? answer : [answer]) as pg.QueryResult<PointRow>[]
    const points = results.flatMap(({ rows }) => rows).filter((row) => row.recptr !== undefined)
    return { begin: pointOf(points[0]), end: pointOf(points.at(-1)) }
  } finally {
    await client.end()
  }
}

interface PointRow {
  recptr?: string
  tli?: string
}

function pointOf(row: PointRow | undefined): BackupPoint {
  return { lsn: row?.recptr ?? '', timeline: Number(row?.tli ?? 0) }
}
