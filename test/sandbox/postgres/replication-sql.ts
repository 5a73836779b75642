import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { slotName } from './config.ts'
import type { PostgresServer } from './server.ts'

/** How long a standby may take until it streams, in milliseconds. */
export const streamingPatience = 15_000

/** Makes a physical slot that keeps WAL from now on, unless it is there. */
export async function createSlot(client: pg.Client, slot: string): Promise<void> {
  await client.query(
    `SELECT pg_create_physical_replication_slot($1, true)
      WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)`,
    [slot],
  )
}

/** Gives a primary one slot for each of the other instances and takes its own away, as the operator does after a promotion. */
export async function arrangeSlots(primary: PostgresServer, instances: Iterable<string>): Promise<void> {
  const client = await primary.connect()
  try {
    await client.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
      [slotName(primary.name)],
    )
    for (const other of instances) if (other !== primary.name) await createSlot(client, slotName(other))
  } finally {
    await client.end()
  }
}

/** Who a primary is, by its control file and its WAL. */
export async function identityOf(primary: PostgresServer): Promise<{ systemId: string; timeline: number }> {
  const [row] = await primary.query<{ id: string; timeline: number }>(
    `SELECT system_identifier::text AS id, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int AS timeline
       FROM pg_control_system()`,
  )
  return { systemId: row?.id ?? '', timeline: row?.timeline ?? 1 }
}

/** Whether the primary sends WAL to the standby, and that on the primary's own timeline. */
export async function isStreaming(
  primary: PostgresServer,
  standby: PostgresServer,
  timeline: number,
): Promise<boolean> {
  const sent = await primary.query(
    "SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'",
    [standby.name],
  )
  if (sent.length === 0) return false
  // What parted from the primary's history still gets the end of the old timeline, again and again.
  const received = await standby.query(
    "SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND received_tli = $1",
    [timeline],
  )
  return received.length > 0
}

/** Resolves when all of these standbys have replayed what the primary has written by now; rejects after the limit (milliseconds). */
export async function waitReplayed(
  primary: PostgresServer,
  standbys: readonly PostgresServer[],
  limit = streamingPatience,
): Promise<void> {
  const [row] = await primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
  const end = Date.now() + limit
  for (const standby of standbys) {
    while (!(await hasReplayed(standby, row?.lsn))) {
      if (Date.now() > end) throw new Error(`${standby.name} has not replayed ${row?.lsn ?? ''}`)
      await pause(20)
    }
  }
}

async function hasReplayed(standby: PostgresServer, lsn: string | undefined): Promise<boolean> {
  const [row] = await standby.query<{ done: boolean }>('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done', [lsn])
  return row?.done === true
}

/** Writes about so many bytes of WAL on a primary, into table `sandbox_load` of database `app`. */
export async function generateWal(primary: PostgresServer, bytes: number): Promise<void> {
  const client = await primary.connect({ database: 'app' })
  try {
    await client.query('CREATE TABLE IF NOT EXISTS sandbox_load (id bigserial, filler text)')
    await client.query('ALTER TABLE sandbox_load ALTER COLUMN filler SET STORAGE EXTERNAL')
    await client.query(
      'INSERT INTO sandbox_load (filler) SELECT repeat(md5(n::text), 32) FROM generate_series(1, $1::int) AS n',
      [Math.max(1, Math.ceil(bytes / 1200))],
    )
  } finally {
    await client.end()
  }
}
