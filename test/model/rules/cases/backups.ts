import type { BackupRun } from '../../../../src/model/cluster-status.ts'
import { ago } from '../../../helpers/status-builder.ts'
import type { RuleCase } from './case.ts'

const DAY = 86400

function run(values: Partial<BackupRun>): BackupRun {
  return {
    name: 'nightly-3',
    phase: 'running',
    method: 'barmanObjectStore',
    createdAt: ago(43),
    startedAt: null,
    stoppedAt: null,
    instance: 'mycluster-2',
    error: null,
    ...values,
  }
}

export const BACKUP_CASES: RuleCase[] = [
  {
    id: 'wal-archiving',
    about: 'for days',
    appears: (s) => {
      Object.assign(s.archiving, {
        state: 'failing',
        waiting: 1204,
        conditionSince: ago(3 * DAY + 4 * 3600),
        lastArchivedAt: ago(3 * DAY),
      })
      s.instances[0]!.mounts = [
        { mount: '/var/lib/postgresql/data', totalBytes: 100 * 1024 ** 3, freeBytes: 19 * 1024 ** 3 },
      ]
    },
    vanishes: (s) => (s.archiving.state = 'ok'),
    severity: 'critical',
    message: 'WAL archiving has been failing for 3d 4h: 1,204 files wait, 19 GB free on the volume',
  },
  {
    id: 'wal-archiving',
    about: 'since a moment',
    appears: (s) => {
      Object.assign(s.archiving, {
        state: 'failing',
        waiting: 1,
        conditionSince: ago(24),
        conditionMessage: 'exit status 2.',
      })
    },
    vanishes: (s) => (s.archiving.state = 'starting'),
    severity: 'warning',
    message: 'WAL archiving has been failing for 24s: 1 file waits, exit status 2',
    command: 'kubectl logs mycluster-1 --tail=50',
  },
  {
    id: 'wal-archiving',
    about: 'the primary did not tell, but the condition does',
    appears: (s) => Object.assign(s.archiving, { state: 'unknown', waiting: null, conditionSince: ago(301) }),
    vanishes: (s) => (s.archiving.conditionSince = null),
    severity: 'critical',
    message: 'WAL archiving has been failing for 5m',
  },
  {
    id: 'wal-archiving-never',
    about: 'every attempt failed',
    appears: (s) =>
      Object.assign(s.archiving, {
        state: 'failing',
        lastArchivedAt: null,
        waiting: 3,
        conditionMessage: 'access denied',
      }),
    vanishes: (s) => (s.archiving.lastArchivedAt = ago(3600)),
    severity: 'critical',
    message: 'no WAL file has ever been archived, 1d after the promotion: 3 files wait, access denied',
  },
  {
    id: 'wal-archiving-never',
    about: 'not even tried; without a destination nothing need be',
    appears: (s) => Object.assign(s.archiving, { state: 'starting', lastArchivedAt: null }),
    vanishes: (s) => (s.backup.configured = 'none'),
    severity: 'warning',
    message: 'no WAL file has ever been archived, 1d after the promotion',
  },
  {
    id: 'wal-archiving-off',
    about: 'although backups are configured',
    appears: (s) => (s.archiving.state = 'disabled'),
    vanishes: (s) => (s.archiving.state = 'ok'),
    severity: 'warning',
    message: 'WAL archiving is switched off although backups are configured',
  },
  {
    id: 'archive-backlog',
    about: 'more than the limit',
    appears: (s) => (s.archiving.waiting = 65),
    vanishes: (s) => (s.archiving.waiting = 64),
    severity: 'warning',
    message: '65 WAL files wait to be archived',
  },
  {
    id: 'archive-backlog',
    about: 'a thousand',
    appears: (s) => (s.archiving.waiting = 1204),
    vanishes: (s) => (s.archiving.waiting = null),
    severity: 'critical',
    message: '1,204 WAL files wait to be archived',
  },
  {
    id: 'archive-age',
    about: 'the archive command hangs',
    appears: (s) => Object.assign(s.archiving, { waiting: 2, lastArchivedAt: ago(1000) }),
    // An idle primary archives nothing.
    vanishes: (s) => (s.archiving.waiting = 0),
    severity: 'warning',
    message: 'the last WAL file was archived 16m ago, and 2 files wait',
  },
  {
    id: 'backup-age',
    about: 'older than the limit; says when the next one comes',
    appears: (s) => (s.backup.lastSuccessfulAt = ago(9 * DAY)),
    vanishes: (s) => (s.backup.lastSuccessfulAt = ago(8 * DAY)),
    severity: 'warning',
    message: 'the last successful backup ended 9d ago; the next one is scheduled for 2026-11-24T03:00:00.000Z',
  },
  {
    id: 'backup-age',
    about: 'nothing is configured',
    appears: (s) => (s.backup.lastSuccessfulAt = ago(16 * DAY)),
    vanishes: (s) => (s.backup.configured = 'none'),
    severity: 'critical',
    message: /16d ago/,
  },
  {
    id: 'backup-failed',
    about: 'the newest one, which has no times of its own',
    appears: (s) => {
      s.backup.lastFailed = run({ phase: 'failed', createdAt: ago(120), error: 'exit status 2' })
      s.backup.schedules.items = []
    },
    vanishes: (s) => (s.backup.lastFailed = null),
    severity: 'warning',
    message: 'backup nightly-3 failed 2m ago: exit status 2',
  },
  {
    id: 'backup-failed',
    about: 'told by the condition only; BackupStarted means running',
    appears: (s) => {
      s.backup.history = { items: null, problem: null }
      s.backup.schedules.items = null
      s.conditions.push({
        type: 'LastBackupSucceeded',
        status: 'False',
        reason: 'LastBackupFailed',
        message: 'exit status 2',
        since: ago(60),
      })
    },
    vanishes: (s) => (s.conditions[0]!.reason = 'BackupStarted'),
    severity: 'warning',
    message: 'the last backup failed 1m ago: exit status 2',
  },
  {
    id: 'recoverability-missing',
    about: 'no backup has ever succeeded',
    appears: (s) => {
      Object.assign(s.backup, { firstRecoverabilityPoint: null, lastSuccessfulAt: null })
      s.backup.schedules.items = []
    },
    vanishes: (s) => (s.backup.firstRecoverabilityPointByMethod = { volumeSnapshot: ago(60) }),
    severity: 'warning',
    message: 'no backup has succeeded yet: the cluster cannot be restored',
    command: 'kubectl cnpg backup mycluster',
  },
  {
    id: 'recoverability-missing',
    about: 'a new cluster; without a destination nothing is expected',
    appears: (s) => {
      Object.assign(s.backup, { firstRecoverabilityPoint: null, lastSuccessfulAt: null })
      s.summary.createdAt = ago(600)
    },
    vanishes: (s) => (s.backup.configured = 'none'),
    severity: 'info',
    message: /^no backup has succeeded yet/,
  },
  {
    id: 'backup-running',
    about: 'on a standby',
    appears: (s) => s.backup.running.push(run({})),
    vanishes: (s) => s.backup.running.pop(),
    severity: 'info',
    message: 'backup nightly-3 runs for 43s on mycluster-2',
  },
  {
    id: 'backup-running',
    about: 'its instance is gone',
    appears: (s) => s.backup.running.push(run({ instance: 'mycluster-9' })),
    vanishes: (s) => s.backup.running.pop(),
    severity: 'warning',
    message: 'backup nightly-3 runs for 43s on mycluster-9, which is no longer there',
  },
  {
    id: 'backup-running',
    about: 'WAL archiving fails meanwhile',
    appears: (s) => s.backup.running.push(run({ phase: 'walArchivingFailing', instance: null })),
    vanishes: (s) => s.backup.running.pop(),
    severity: 'info',
    message: 'backup nightly-3 runs for 43s, waiting for WAL archiving to work',
  },
  {
    id: 'backup-store',
    about: 'the store that the Cluster names does not exist',
    appears: (s) => {
      const problem = {
        subject: 'objectstore',
        reason: 'missing' as const,
        message: 'not found',
        hint: null,
        code: 404,
      }
      s.backup.plugin = { objectStore: 'store', serverName: 'mycluster', window: false, problem }
    },
    vanishes: (s) => (s.backup.plugin!.problem = null),
    severity: 'warning',
    message: 'ObjectStore store of the backups does not exist',
  },
  {
    id: 'backup-store',
    about: 'it may not be read',
    appears: (s) => {
      const problem = { subject: 'objectstore', reason: 'forbidden' as const, message: 'no', hint: null, code: 403 }
      s.backup.plugin = { objectStore: 'store', serverName: 'mycluster', window: false, problem }
    },
    vanishes: (s) => (s.backup.plugin = null),
    severity: 'info',
    message: /may not be read: the state of backups is not known/,
    command: 'kubectl cnpg doctor mycluster',
  },
  {
    id: 'backup-unconfigured',
    about: 'only for those who ask',
    appears: (s) => (s.backup.configured = 'none'),
    vanishes: (s) => (s.backup.configured = 'volumeSnapshot'),
    severity: 'warning',
    message: 'no backup is configured',
    options: { include: ['backup-unconfigured'] },
  },
  {
    id: 'schedule-late',
    about: 'its moment has passed',
    appears: (s) => (s.backup.schedules.items![0]!.nextAt = ago(660)),
    vanishes: (s) => (s.backup.schedules.items![0]!.suspended = true),
    severity: 'warning',
    message: 'the backup of schedule nightly is 11m late (0 0 3 * * *)',
  },
  {
    id: 'schedule-late',
    about: 'a day ago; not in hibernation',
    appears: (s) => (s.backup.schedules.items![0]!.nextAt = ago(DAY + 60)),
    vanishes: (s) =>
      (s.hibernation = { requested: true, hibernated: true, reason: 'Hibernated', message: null, since: null }),
    severity: 'critical',
    message: /1d late/,
  },
  {
    id: 'schedule-error',
    about: 'a schedule that cannot be read',
    appears: (s) => (s.backup.schedules.items![0]!.error = 'expected 6 fields'),
    vanishes: (s) => (s.backup.schedules.items![0]!.error = null),
    severity: 'warning',
    message: 'schedule nightly does not work: expected 6 fields',
  },
  {
    id: 'schedule-suspended',
    about: 'on purpose',
    appears: (s) => (s.backup.schedules.items![0]!.suspended = true),
    vanishes: (s) => (s.backup.schedules.items![0]!.suspended = false),
    severity: 'info',
    message: 'backup schedule nightly is suspended; its last run was 9h ago',
  },
  {
    id: 'next-backup',
    about: 'only for those who ask',
    appears: () => undefined,
    vanishes: (s) => (s.backup.schedules.items![0]!.nextAt = null),
    severity: 'info',
    message: 'schedule nightly makes the next backup in 15h (2026-11-24T03:00:00.000Z)',
    options: { include: ['next-backup'] },
  },
  {
    id: 'certificate-expired',
    about: 'since yesterday',
    appears: (s) => Object.assign(s.certificates[2]!, { daysLeft: -1.5, expiresAt: ago(1.5 * DAY) }),
    vanishes: (s) => (s.certificates[2]!.daysLeft = 7),
    severity: 'critical',
    message: /^certificate mycluster-server \(server\) expired 1d 12h ago/,
    objects: ['mycluster-server'],
  },
  {
    id: 'certificate-expiring',
    about: 'the operator should have renewed it by now',
    appears: (s) => Object.assign(s.certificates[0]!, { daysLeft: 5.9, expiresAt: ago(-5.9 * DAY) }),
    vanishes: (s) => (s.certificates[0]!.daysLeft = 6),
    severity: 'warning',
    message:
      /^certificate mycluster-ca \(server CA and client CA\) expires in 5d 21h .*; the operator should have renewed it$/,
  },
  {
    id: 'certificate-expiring',
    about: 'one that was given is another matter',
    appears: (s) => Object.assign(s.certificates[0]!, { daysLeft: 1.9, expiresAt: ago(-1.9 * DAY) }),
    vanishes: (s) => (s.certificates[0]!.userGiven = true),
    severity: 'critical',
    message: /expires in 1d 21h/,
  },
  {
    id: 'certificate-expiring',
    about: 'those that end together are one finding',
    appears: (s) => {
      for (const certificate of s.certificates.slice(0, 2))
        Object.assign(certificate, { daysLeft: 5, expiresAt: ago(-5 * DAY) })
    },
    vanishes: (s) => s.certificates.forEach((certificate) => (certificate.daysLeft = 60)),
    severity: 'warning',
    message: /^certificates mycluster-ca \(.*\) and mycluster-replication \(replication\) expire in 5d .*renewed them$/,
  },
  {
    id: 'certificate-expiring-user',
    about: 'its owner has a month',
    appears: (s) => Object.assign(s.certificates[1]!, { userGiven: true, daysLeft: 29, expiresAt: ago(-29 * DAY) }),
    vanishes: (s) => (s.certificates[1]!.daysLeft = 30),
    severity: 'warning',
    message: /its owner has to renew it$/,
  },
  {
    id: 'certificate-expiring-user',
    about: 'three days left; of a pooler too',
    appears: (s) =>
      s.certificates.push({
        ...s.certificates[2]!,
        name: 'pooler-tls',
        roles: ['pooler'],
        userGiven: true,
        daysLeft: 2.99,
        expiresAt: ago(-2.99 * DAY),
      }),
    vanishes: (s) => s.certificates.pop(),
    severity: 'critical',
    message: /^certificate pooler-tls \(pooler\) expires in 2d 23h/,
  },
]
