import { expect, it } from 'vitest'

import { isBackupEnded, isBackupFailed } from '../../src/api/backup-phases.ts'

const UNDER_WAY = ['', 'pending', 'started', 'running', 'finalizing', 'walArchivingFailing', null, undefined]
const FAILED = ['failed', 'invalid backup definition']

it('a backup that waits for WAL archiving has not failed', () => {
  expect([...UNDER_WAY, 'completed'].filter(isBackupFailed)).toEqual([])
  expect(FAILED.map(isBackupFailed)).toEqual([true, true])
})

it('only completed and failed backups have ended', () => {
  expect(UNDER_WAY.filter(isBackupEnded)).toEqual([])
  expect(['completed', ...FAILED].filter(isBackupEnded)).toEqual(['completed', ...FAILED])
})
