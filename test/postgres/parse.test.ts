import { expect, test } from 'vitest'
import { parseDetails } from '../../src/postgres/details-sql.ts'
import { parseInstanceStatus } from '../../src/postgres/instance-status-sql.ts'

const sender = {
  pid: 328,
  usename: 'streaming_replica',
  client_addr: '10.244.0.34',
  state: 'streaming',
  sent_lsn: '0/3800B388',
  write_lsn: '0/3800B388',
  flush_lsn: '0/3800B388',
  replay_lsn: '0/3800B000',
  write_lag: null,
  flush_lag: null,
  replay_lag: '00:00:00.008509',
  sync_priority: 1,
  sync_state: 'quorum',
}

const answer = {
  systemID: '7711239897929367572',
  isPrimary: true,
  timeLineID: 3,
  currentLsn: '0/3800B388',
  currentWAL: '000000030000000000000038',
  receivedLsn: null,
  replayLsn: null,
  replayPaused: false,
  isWalReceiverActive: false,
  pendingRestart: false,
  pendingRestartForDecrease: false,
  loadedConfigurationHash: '7fe9',
  archiver: {
    last_archived_wal: '000000030000000000000037',
    last_archived_time: '2026-11-23T05:55:51.435858+00:00',
    last_failed_wal: '00000003000000000000001A',
    last_failed_time: '2026-11-23T05:54:24.34917+00:00',
  },
  readyWalFiles: 0,
  walSenders: [
    { ...sender, application_name: 'db-2' },
    { ...sender, application_name: 'other-db-2' },
    { ...sender, application_name: 'db-4-join' },
    { ...sender, application_name: 'db-3', usename: 'mallory' },
  ],
  slots: [
    {
      slot_name: 'cdc',
      plugin: 'pgoutput',
      slot_type: 'logical',
      datoid: '16386',
      database: 'app',
      active: false,
      xmin: null,
      catalog_xmin: '901',
      restart_lsn: null,
      wal_status: 'lost',
      safe_wal_size: -123456789,
      two_phase: false,
    },
  ],
  baseBackups: [
    {
      usename: 'streaming_replica',
      application_name: 'db-4-join',
      backend_start: '2026-11-23T06:09:03.884404+00:00',
      phase: 'streaming database files',
      backup_total: null,
      backup_streamed: 235598336,
      backup_total_pretty: null,
      backup_streamed_pretty: '225 MB',
      tablespaces_total: 1,
      tablespaces_streamed: 0,
    },
  ],
}

test('the answer of a primary becomes what its instance manager would send', () => {
  expect(parseInstanceStatus(JSON.stringify(answer), 'db')).toEqual({
    systemID: '7711239897929367572',
    isPrimary: true,
    timeLineID: 3,
    currentLsn: '0/3800B388',
    currentWAL: '000000030000000000000038',
    replayPaused: false,
    isWalReceiverActive: false,
    isPgRewindRunning: false,
    mightBeUnavailable: false,
    pendingRestart: false,
    pendingRestartForDecrease: false,
    loadedConfigurationHash: '7fe9',
    isArchivingWAL: true,
    lastArchivedWAL: '000000030000000000000037',
    lastArchivedWALTime: '2026-11-23T05:55:51.435858Z',
    lastFailedWAL: '00000003000000000000001A',
    lastFailedWALTime: '2026-11-23T05:54:24.34917Z',
    readyWalFiles: 0,
    replicationInfo: [
      {
        applicationName: 'db-2',
        state: 'streaming',
        receivedLsn: '0/3800B388',
        writeLsn: '0/3800B388',
        flushLsn: '0/3800B388',
        replayLsn: '0/3800B000',
        writeLag: '00:00:00',
        flushLag: '00:00:00',
        replayLag: '00:00:00.008509',
        syncState: 'quorum',
        syncPriority: '1',
      },
    ],
    replicationSlotsInfo: [
      {
        slotName: 'cdc',
        plugin: 'pgoutput',
        slotType: 'logical',
        datoid: '16386',
        database: 'app',
        catalogXmin: '901',
        walStatus: 'lost',
        safeWalSize: -123456789,
      },
    ],
    pgStatBasebackupsInfo: [
      {
        usename: 'streaming_replica',
        application_name: 'db-4-join',
        backend_start: '2026-11-23T06:09:03.884404Z',
        phase: 'streaming database files',
        backup_total: 0,
        backup_streamed: 235598336,
        backup_streamed_pretty: '225 MB',
        tablespaces_total: 1,
        tablespaces_streamed: 0,
      },
    ],
  })
})

test('archiving counts as failing when the last failure is newer', () => {
  const archiver = {
    ...answer.archiver,
    last_failed_time: '2026-11-23T05:55:51.435859+00:00',
    last_archived_time: '2026-11-23T05:55:51.4+00:00',
  }
  expect(parseInstanceStatus(JSON.stringify({ ...answer, archiver }), 'db').isArchivingWAL).toBe(false)
})

test('what a role may not see is absent, not zero', () => {
  const hidden = Object.fromEntries(Object.keys(sender).map((key) => [key, null]))
  const seen = parseInstanceStatus(
    JSON.stringify({
      ...answer,
      readyWalFiles: null,
      pendingRestartForDecrease: null,
      walSenders: [{ ...hidden, usename: 'streaming_replica', application_name: 'db-2' }],
    }),
    'db',
  )
  expect(seen.replicationInfo).toEqual([{ applicationName: 'db-2' }])
  expect(seen).not.toHaveProperty('readyWalFiles')
  expect(seen).not.toHaveProperty('pendingRestartForDecrease')
})

test('foreign standbys are those of other clusters and roles', () => {
  const details = parseDetails(
    JSON.stringify({
      serverVersion: '15.18',
      postmasterStartedAt: '2026-11-23T05:49:14.53313+00:00',
      pendingRestart: null,
      errors: null,
      walSenders: answer.walSenders,
    }),
    'db',
    { version: 150018, archiveStatus: true, fileSettings: true },
  )
  expect(details.foreignStandbys?.map((standby) => standby.applicationName)).toEqual(['other-db-2', 'db-3'])
  expect(details).toMatchObject({ postmasterStartedAt: '2026-11-23T05:49:14.53313Z', configurationErrors: [] })
})
