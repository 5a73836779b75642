import { describe, expect, it } from 'vitest'

import { assess, blockers, worst } from '../../../src/model/rules/assess.ts'
import { findingsTable, thresholdsTable } from '../../../src/model/rules/docs.ts'
import { formatMeasurement, perfdata } from '../../../src/model/rules/perfdata.ts'
import { nearestId, RULES } from '../../../src/model/rules/table.ts'
import { defaultLevels, formatLevels, parseThresholds } from '../../../src/model/rules/thresholds.ts'
import { healthyStatus, instanceOf, podOf, removePod, rowOf, slot } from '../../helpers/status-builder.ts'
import type { ClusterStatus } from '../../../src/model/cluster-status.ts'

const MB = 1024 ** 2

/** One finding of each severity, in the wrong order. */
function ailing(): ClusterStatus {
  return healthyStatus((s) => {
    s.summary.maintenance = { inProgress: true, reusePVC: true }
    rowOf(s, 'mycluster-2').replayLagBytes = 20 * MB
    Object.assign(s.certificates[0]!, { daysLeft: 1, userGiven: true })
  })
}

const ids = (status: ClusterStatus, options = {}) => assess(status, options).map(({ id }) => id)

describe('assess', () => {
  it('puts the worst first', () => {
    expect(assess(ailing()).map(({ id, severity }) => [severity, id])).toEqual([
      ['critical', 'certificate-expiring-user'],
      ['warning', 'replica-lag'],
      ['info', 'maintenance'],
    ])
    expect(worst(assess(ailing()))).toBe('critical')
    expect(worst([])).toBeNull()
  })

  it('can be limited to some findings, or spared some', () => {
    expect(ids(ailing(), { only: ['replica-lag', 'fenced'] })).toEqual(['replica-lag'])
    expect(ids(ailing(), { skip: ['replica-lag'] })).toEqual(['certificate-expiring-user', 'maintenance'])
    expect(ids(ailing(), { only: ['replica-lag'], skip: ['replica-lag'] })).toEqual([])
  })

  it('refuses an id that is not there and names the nearest', () => {
    expect(() => assess(ailing(), { only: ['replica-lags'] })).toThrow('there is no finding "replica-lags"')
    try {
      assess(ailing(), { skip: ['wal-archivng'] })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ kind: 'usage', hint: expect.stringContaining('"wal-archiving"') as string })
    }
    expect(nearestId('archiving')).toBe('wal-archiving')
    expect(nearestId('certificate-expird')).toBe('certificate-expired')
    expect(nearestId('xyzzy')).toBeUndefined()
  })

  it('obeys thresholds that were moved', () => {
    const moved = (text: string) => ({
      thresholds: parseThresholds(RULES, { 'lag-bytes': text }),
      only: ['replica-lag'],
    })
    expect(assess(ailing(), moved('32MB'))).toEqual([])
    expect(assess(ailing(), moved('1MB,10MB'))[0]?.severity).toBe('critical')
    expect(assess(ailing(), moved(',10MB'))[0]?.severity).toBe('critical')
    expect(assess(ailing(), moved('off'))).toEqual([])
    expect(assess(ailing(), moved('@10MB:30MB,off'))[0]?.severity).toBe('warning')
  })

  it('keeps optional findings for those who ask, and details from making a verdict worse', () => {
    const bare = healthyStatus((s) => (s.backup.configured = 'none'))
    expect(ids(bare)).toEqual([])
    expect(assess(bare, { details: true }).map(({ id, severity }) => [id, severity])).toEqual([
      ['backup-unconfigured', 'info'],
      ['next-backup', 'info'],
    ])
    expect(assess(bare, { include: ['backup-unconfigured'] })[0]?.severity).toBe('warning')
    expect(assess(bare, { only: ['backup-unconfigured'] })[0]?.severity).toBe('warning')
  })

  it('fills the names into the command, with the namespace where it is not the default', () => {
    const shop = healthyStatus((s) => {
      s.summary.namespace = 'shop'
      instanceOf(s, 'mycluster-2').replayPaused = true
      s.slots!.push(slot({}))
      removePod(s, 'mycluster-3')
    })
    const commandOf = (id: string) => assess(shop).find((finding) => finding.id === id)?.command
    expect(commandOf('replay-paused')).toBe(
      "kubectl exec mycluster-2 -c postgres -n shop -- psql -c 'SELECT pg_wal_replay_resume()'",
    )
    expect(commandOf('unmanaged-slots')).toBe(
      "kubectl cnpg psql mycluster -n shop -- -c 'SELECT * FROM pg_replication_slots'",
    )
    expect(commandOf('instance-missing')).toBe('kubectl get events -n shop')
  })

  it('takes no name for a placeholder', () => {
    const odd = healthyStatus((s) => {
      s.summary.name = '$&'
      s.summary.maintenance = { inProgress: true, reusePVC: false }
    })
    expect(assess(odd)[0]?.command).toBe('kubectl cnpg maintenance unset $&')
  })

  it('makes one line of what others say', () => {
    const odd = healthyStatus((s) => {
      Object.assign(podOf(s, 'mycluster-2'), { ready: false })
      Object.assign(instanceOf(s, 'mycluster-2'), {
        presence: 'not-asked',
        statusText: 'Error',
        detail: `a\n\tb ${'x'.repeat(900)}`,
      })
    })
    const [finding] = assess(odd)
    expect(finding?.message).toMatch(/: Error: a b x+…$/)
    expect(finding?.message.length).toBeLessThan(500)
  })
})

describe('blockers', () => {
  const fenced = healthyStatus((s) => {
    s.summary.fencing.instances = ['mycluster-2']
    Object.assign(instanceOf(s, 'mycluster-2'), { fenced: true, mightBeUnavailable: true })
  })

  it('stand in the way of a change to their own instance only', () => {
    expect(blockers(fenced, 'promote', 'mycluster-2').map(({ finding, forcible }) => [finding.id, forcible])).toEqual([
      ['fenced', false],
    ])
    expect(blockers(fenced, 'promote', 'mycluster-3')).toEqual([])
    expect(blockers(fenced, 'backup', null)).toEqual([])
  })

  it('come with those first that nothing lifts', () => {
    const both = healthyStatus((s) => {
      rowOf(s, 'mycluster-2').replayLagBytes = 500 * MB
      s.hibernation = { requested: true, hibernated: true, reason: 'Hibernated', message: null, since: null }
    })
    expect(blockers(both, 'promote', 'mycluster-2').map(({ finding, forcible }) => [finding.id, forcible])).toEqual([
      ['hibernated', false],
      ['replica-lag', true],
    ])
  })

  it('do not hold up what is well', () => {
    for (const change of ['promote', 'restart', 'destroy', 'backup'] as const) {
      expect(blockers(healthyStatus(), change, 'mycluster-2')).toEqual([])
    }
  })
})

describe('thresholds', () => {
  it('have defaults in the grammar of the flags', () => {
    const defaults = Object.fromEntries(
      RULES.flatMap(({ threshold }) =>
        threshold ? [[threshold.flag, formatLevels(defaultLevels(threshold), threshold)]] : [],
      ),
    )
    expect(defaults).toEqual({
      'failover-seconds': 'off,5m',
      'switchover-seconds': '2m,10m',
      'crash-age': '1h:,off',
      'volume-used': '85%,95%',
      'archiving-failing': 'off,5m',
      'archive-backlog': '64,256',
      'archive-age': '15m,1h',
      'lag-bytes': '16MB,128MB',
      'lag-seconds': '5m,30m',
      'slot-wal': '1GB,10GB',
      'certificate-days': '6d:,2d:',
      'certificate-user-days': '30d:,7d:',
      'backup-age': '8d,15d',
      'backup-duration': '12h,off',
      'schedule-delay': '10m,1d',
    })
  })

  it.each([
    ['lag-bytes', 'much', '"much" is no threshold for --lag-bytes'],
    ['lag-bytes', '1,2,3', '"1,2,3" is no threshold for --lag-bytes'],
    ['archive-backlog', '20:10', '"20:10" is no threshold for --archive-backlog'],
    ['lag', '1MB', 'there is no threshold "lag"'],
  ])('refuses --%s %s', (flag, text, message) => {
    expect(() => parseThresholds(RULES, { [flag]: text })).toThrow(message)
  })

  it('go over those of an earlier source', () => {
    const file = parseThresholds(RULES, { 'lag-bytes': '1MB', 'archive-age': '1m' })
    const both = parseThresholds(RULES, { 'lag-bytes': '2MB,3MB' }, file)
    expect(both.get('lag-bytes')?.warning?.end).toBe(2 * MB)
    expect(both.get('archive-age')?.warning?.end).toBe(60)
  })
})

describe('performance data', () => {
  const line = (change: (status: ClusterStatus) => void = () => undefined) =>
    perfdata(healthyStatus(change)).map((measurement) => formatMeasurement(measurement))

  it('has stable names and units', () => {
    expect(line()).toEqual([
      'instances=3;;;0',
      'ready=3;;;0',
      'archiving_failing_seconds=0s;;300;0',
      'wals_waiting=0;64;256;0',
      'archive_age_seconds=130s;900;3600;0',
      'lag_bytes=0B;16777216;134217728;0',
      'lag_seconds=0s;300;1800;0',
      'slot_wal_bytes=0B;1073741824;10737418240;0',
      'certificate_days=80;6:;2:',
      'backup_age_seconds=32400s;691200;1296000;0',
      'schedule_delay_seconds=0s;600;86400;0',
    ])
  })

  it('takes the worst of several, and says what is not known', () => {
    expect(line((s) => (rowOf(s, 'mycluster-3').replayLagBytes = 7))).toContain('lag_bytes=7B;16777216;134217728;0')
    const dark = line((s) => {
      Object.assign(s.replication, { state: 'unknown', standbys: [] })
      s.slots = null
      s.archiving.waiting = null
    })
    expect(dark).toContain('lag_bytes=U;16777216;134217728;0')
    expect(dark).toContain('slot_wal_bytes=U;1073741824;10737418240;0')
    expect(dark).toContain('wals_waiting=U;64;256;0')
  })

  it('leaves out what the cluster does not have', () => {
    const single = line((s) => {
      Object.assign(s.replication, { state: 'single', standbys: [] })
      s.backup.configured = 'none'
    })
    expect(single.filter((text) => /^(lag|backup)_/.test(text))).toEqual([])
  })

  it('quotes labels that need it', () => {
    const [first] = perfdata(healthyStatus())
    expect(formatMeasurement(first!, "shop/it's here::")).toBe("'shop/it''s here::instances'=3;;;0")
    expect(formatMeasurement(first!, 'shop/orders::')).toBe('shop/orders::instances=3;;;0')
  })
})

describe('tables for the README', () => {
  it('have a row for every rule and every threshold', () => {
    const findings = findingsTable().split('\n')
    expect(findings).toHaveLength(RULES.length + 3)
    for (const { id } of RULES) expect(findings.filter((row) => row.startsWith(`| \`${id}\` |`))).toHaveLength(1)
    const thresholds = thresholdsTable().split('\n')
    expect(thresholds).toContain('| `--lag-bytes` | WAL that a standby has not replayed | `16MB,128MB` | `lag_bytes` |')
    for (const row of [...findings, ...thresholds].filter(Boolean)) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5)
  })
})
