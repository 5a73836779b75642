import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The format of global/pg_control this reads: that of PostgreSQL 18. */
const knownVersion = 1800

const states = [
  'starting up',
  'shut down',
  'shut down in recovery',
  'shutting down',
  'in crash recovery',
  'in archive recovery',
  'in production',
]
const walLevels = ['minimal', 'replica', 'logical']

/** The settings a standby's control file has taken over from its primary (spec/wire-formats.md A.5.1), by name. */
export async function controlSettings(dataDirectory: string): Promise<Record<string, number>> {
  const data = await readFile(join(dataDirectory, 'global', 'pg_control'))
  return Object.fromEntries(
    Object.entries(sensitiveSettings).map(([name, offset]) => [name, data.readUInt32LE(offset)]),
  )
}

/** Offsets of the settings of which a standby may not have less than its primary. */
const sensitiveSettings = {
  max_connections: 180,
  max_worker_processes: 184,
  max_wal_senders: 188,
  max_prepared_transactions: 192,
  max_locks_per_transaction: 196,
}

/**
 * What `pg_controldata` prints for a data directory. The npm binaries lack that program, so the file is read here; unlike SQL that
 * works while the server is down. Throws when the file is missing or of another version of PostgreSQL.
 */
export async function controlData(dataDirectory: string): Promise<string> {
  const data = await readFile(join(dataDirectory, 'global', 'pg_control'))
  const u32 = (offset: number) => data.readUInt32LE(offset)
  const u64 = (offset: number) => data.readBigUInt64LE(offset)
  const lsn = (offset: number) => `${u32(offset + 4).toString(16)}/${u32(offset).toString(16)}`.toUpperCase()
  const time = (offset: number) => longTime(new Date(Number(u64(offset)) * 1000))
  const flag = (offset: number, yes = 'on', no = 'off') => (data[offset] === 1 ? yes : no)
  const version = u32(8)
  if (version !== knownVersion)
    throw new Error(`pg_control has version ${version}, and only ${knownVersion} is known here`)
  const segment = BigInt(u32(228))
  const segmentNumber = u64(40) / segment
  const perId = 0x1_0000_0000n / segment
  const hex = (value: bigint | number) => value.toString(16).toUpperCase().padStart(8, '0')
  const rows: [string, string | number | bigint][] = [
    ['pg_control version number:', version],
    ['Catalog version number:', u32(12)],
    ['Database system identifier:', u64(0)],
    ['Database cluster state:', states[u32(16)] ?? 'unrecognized status code'],
    ['pg_control last modified:', time(24)],
    ['Latest checkpoint location:', lsn(32)],
    ["Latest checkpoint's REDO location:", lsn(40)],
    ["Latest checkpoint's REDO WAL file:", `${hex(u32(48))}${hex(segmentNumber / perId)}${hex(segmentNumber % perId)}`],
    ["Latest checkpoint's TimeLineID:", u32(48)],
    ["Latest checkpoint's PrevTimeLineID:", u32(52)],
    ["Latest checkpoint's full_page_writes:", flag(56)],
    ["Latest checkpoint's NextXID:", `${u32(68)}:${u32(64)}`],
    ["Latest checkpoint's NextOID:", u32(72)],
    ["Latest checkpoint's NextMultiXactId:", u32(76)],
    ["Latest checkpoint's NextMultiOffset:", u32(80)],
    ["Latest checkpoint's oldestXID:", u32(84)],
    ["Latest checkpoint's oldestXID's DB:", u32(88)],
    ["Latest checkpoint's oldestActiveXID:", u32(120)],
    ["Latest checkpoint's oldestMultiXid:", u32(92)],
    ["Latest checkpoint's oldestMulti's DB:", u32(96)],
    ["Latest checkpoint's oldestCommitTsXid:", u32(112)],
    ["Latest checkpoint's newestCommitTsXid:", u32(116)],
    ['Time of latest checkpoint:', time(104)],
    ['Fake LSN counter for unlogged rels:', lsn(128)],
    ['Minimum recovery ending location:', lsn(136)],
    ["Min recovery ending loc's timeline:", u32(144)],
    ['Backup start location:', lsn(152)],
    ['Backup end location:', lsn(160)],
    ['End-of-backup record required:', flag(168, 'yes', 'no')],
    ['wal_level setting:', walLevels[u32(172)] ?? 'unrecognized "wal_level"'],
    ['wal_log_hints setting:', flag(176)],
    ['max_connections setting:', u32(180)],
    ['max_worker_processes setting:', u32(184)],
    ['max_wal_senders setting:', u32(188)],
    ['max_prepared_xacts setting:', u32(192)],
    ['max_locks_per_xact setting:', u32(196)],
    ['track_commit_timestamp setting:', flag(200)],
    ['Maximum data alignment:', u32(204)],
    ['Database block size:', u32(216)],
    ['Blocks per segment of large relation:', u32(220)],
    ['WAL block size:', u32(224)],
    ['Bytes per WAL segment:', u32(228)],
    ['Maximum length of identifiers:', u32(232)],
    ['Maximum columns in an index:', u32(236)],
    ['Maximum size of a TOAST chunk:', u32(240)],
    ['Size of a large-object chunk:', u32(244)],
    ['Date/time type storage:', '64-bit integers'],
    ['Float8 argument passing:', flag(248, 'by value', 'by reference')],
    ['Data page checksum version:', u32(252)],
    ['Default char data signedness:', flag(256, 'signed', 'unsigned')],
    ['Mock authentication nonce:', data.subarray(257, 289).toString('hex')],
  ]
  return rows.map(([label, value]) => `${label.padEnd(38)}${value}\n`).join('')
}

/** "Mon Nov 23 05:45:19 2026", in UTC. */
function longTime(at: Date): string {
  const [weekday = '', day = '', month = '', year = '', clock = ''] = at.toUTCString().replace(',', '').split(' ')
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${clock} ${year}`
}
