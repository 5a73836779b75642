import { describe, expect, it } from 'vitest'

import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import type { Finding } from '../../src/model/finding.ts'
import { renderText } from '../../src/render/text.ts'
import { statusView } from '../../src/render/views/status/index.ts'
import { answerOf, clusterOf, silence, varied } from '../helpers/snapshots.ts'
import { plainPainter, recordedScreen, recordedStatus, tagPainter } from '../helpers/status-screen.ts'

function screen(
  state: string,
  change: (snapshot: ClusterSnapshot) => void,
  painter = plainPainter,
  verbosity = 0,
): string {
  const view = statusView(varied(state, change, verbosity), [], { verbosity, wide: false })
  return renderText(view, { painter, width: undefined })
}

const unchanged = () => undefined

describe('colours', () => {
  it('are those of the official plugin', () => {
    const text = screen('healthy', unchanged, tagPainter)
    expect(text).toContain('<title>Cluster Summary</title>')
    expect(text).toContain('<good>Cluster in healthy state</good>')
    expect(text).toContain('Ready instances:         <good>3</good>')
    expect(text).toContain('<good>OK</good>')
    expect(text).toContain('<note>Replication Slots Enabled</note>')
  })

  it.each([
    ['Switchover in progress', 'bad'],
    ['Upgrading cluster', 'warn'],
    ['Creating a new replica', 'good'],
    ['A phase of tomorrow', 'bad'],
  ])('%s is %s', (phase, tone) => {
    const text = screen('healthy', (s) => (clusterOf(s).status.phase = phase), tagPainter)
    expect(text).toContain(`Status:                  <${tone}>${phase}</${tone}>`)
  })

  it('mark what is not well', () => {
    expect(screen('wal-archive-failing', unchanged, tagPainter)).toContain('<bad>Failing</bad>')
    expect(screen('certificates-expiring', unchanged, tagPainter)).toContain('<warn>Certificates Status</warn>')
    expect(screen('healthy-single', unchanged, tagPainter)).toContain('<warn>Not configured</warn>')
    expect(screen('fenced-all', unchanged, tagPainter)).toContain('<bad>All Instances</bad>')
    expect(screen('fenced-one', unchanged, tagPainter)).toContain('<warn>mycluster-3</warn>')
    expect(screen('bad-image', unchanged, tagPainter)).toContain('<bad>ErrImagePull</bad>')
  })
})

describe('the primary', () => {
  it('is never "not found" when the Cluster names one', () => {
    const text = screen('healthy', (s) => silence(s, 'mycluster-1'))
    expect(text).toContain('Primary instance:        mycluster-1')
    expect(text).not.toMatch(/not found/i)
    expect(text).toContain('Not available: no answer from the primary mycluster-1 (not answering (timeout))')
    expect(text).toContain(
      'Current Write LSN:       - (no primary answers; furthest received: 0/380000C8 by mycluster-2)',
    )
  })

  it('that another instance claims to be is named beside it', () => {
    const text = screen('healthy', (s) => {
      answerOf(s, 'mycluster-1').isPrimary = false
      answerOf(s, 'mycluster-2').isPrimary = true
    })
    expect(text).toContain('Primary instance:        mycluster-1 (but mycluster-2 answers as the primary)')
  })

  it('under election has no successor yet', () => {
    const text = screen('healthy', (s) => (clusterOf(s).status.targetPrimary = 'pending'))
    expect(text).toContain('Waiting for a new primary to be elected')
    expect(text).toContain('Primary instance:        mycluster-1 (no successor chosen yet)')
  })

  it('being switched shows for how long', () => {
    const text = screen('healthy', (s) => {
      Object.assign(clusterOf(s).status, {
        targetPrimary: 'mycluster-2',
        targetPrimaryTimestamp: '2026-11-23T05:55:06.000000Z',
      })
      s.takenAt = '2026-11-23T05:56:06Z'
    })
    expect(text).toContain('Switchover in progress for 1m0s')
    expect(text).toContain('mycluster-1 (switching to mycluster-2)')
    expect(text).toContain('+0000 UTC (of mycluster-1)')
  })
})

describe('findings', () => {
  const findings: Finding[] = [
    {
      id: 'fenced',
      severity: 'info',
      message: 'mycluster-2 is fenced',
      objects: ['mycluster-2'],
      command: 'kubectl cnpg fencing off x',
    },
    { id: 'wal-archiving', severity: 'critical', message: 'run `a b` now', objects: [], command: 'a b' },
    { id: 'replica-lag', severity: 'warning', message: 'mycluster-3 lags', objects: ['mycluster-3'] },
  ]
  const text = (state: string) =>
    renderText(statusView(recordedStatus(state), findings, { verbosity: 0, wide: false }), {
      painter: plainPainter,
      width: undefined,
    })

  it('stand right after the summary, worst first, with the command once', () => {
    const [summary, block] = text('healthy').split('\n\n')
    expect(summary).toContain('Status:                  Cluster in healthy state (operator) - see Findings')
    expect(block?.split('\n')).toEqual([
      'Findings',
      'CRITICAL  wal-archiving  run `a b` now',
      'WARNING   replica-lag    mycluster-3 lags',
      'INFO      fenced         mycluster-2 is fenced',
      '                         run: kubectl cnpg fencing off x',
    ])
  })

  it('stand on the screen of an old cluster too', () => {
    const [summary, block] = text('operator-1.15.1-healthy').split('\n\n')
    expect(summary).toContain('Cluster in healthy state (operator) - see Findings')
    expect(block).toMatch(/^Findings\nCRITICAL/)
  })

  it('are absent when all is well', () => {
    expect(recordedScreen('healthy-sync')).not.toContain('Findings')
  })

  it('of one kind share the command, and none leads to the very screen that it stands on', () => {
    const roles = recordedScreen('managed-roles')
    expect(roles.match(/run: kubectl cnpg status mycluster -v -n rec-single/g)).toHaveLength(1)
    expect(recordedScreen('managed-roles', 1)).not.toContain('run: kubectl cnpg status')
  })
})

describe('instances', () => {
  it('asked by another way say so under the table, once', () => {
    expect(recordedScreen('instance-blackholed')).toMatch(
      /mycluster-3: asked through exec \(proxy: no answer within 3 s\)\. A network policy .* port 8000 of the pod\.\n$/,
    )
    const text = screen('healthy', (s) => {
      for (const reading of s.instances) {
        if (reading.status.ok) reading.status.via = 'exec'
        reading.failures = [{ way: 'proxy', kind: 'network', code: 503, reason: 'dial tcp: i/o timeout' }]
      }
    })
    expect(text).toContain(
      "Instances asked through: exec (the API server's proxy did not answer: dial tcp: i/o timeout)\nName",
    )
    expect(text).not.toContain('mycluster-1: asked')
  })

  it('that share a reason share the line', () => {
    expect(recordedScreen('rbac-no-proxy')).toContain('mycluster-1, mycluster-2, mycluster-3: pods/proxy is forbidden')
  })

  it('show errors of the configuration, and free space with -v', () => {
    const change = (s: ClusterSnapshot) => {
      const value = {
        configurationErrors: [{ file: 'custom.conf', line: 3, name: 'work_mem', error: 'invalid value' }],
        volumes: [{ mount: '/var/lib/postgresql/data', totalBytes: 5 * 1024 ** 3, freeBytes: 1024 ** 3 }],
      }
      s.instances[0]!.details = { ok: true, value, at: s.takenAt, via: 'sql' }
    }
    expect(screen('healthy', change)).toContain('mycluster-1: work_mem: invalid value (custom.conf, line 3)')
    expect(screen('healthy', change)).not.toContain('free on')
    expect(screen('healthy', change, plainPainter, 1)).toContain(
      'mycluster-1: 1024 MB of 5120 MB free on /var/lib/postgresql/data',
    )
  })

  it('wide: addresses, restarts, uptime, image', () => {
    const view = statusView(recordedStatus('healthy'), [], { verbosity: 0, wide: true })
    const text = renderText(view, { painter: plainPainter, width: undefined })
    expect(text).toMatch(/Pod IP +Node IP +Restarts +Uptime +Timeline +Asked By +Image/)
    expect(text).toMatch(/mycluster-2 .* 10\.244\.0\.34 .* 0 .* proxy .*postgresql:15\.1/)
  })
})

describe('sections that could not be read', () => {
  it('say so instead of "none"', () => {
    const text = recordedScreen('rbac-cluster-only', 2)
    for (const title of [
      'Backups',
      'Pod Disruption Budgets status',
      'Poolers',
      'Databases',
      'PostgreSQL Configuration',
    ]) {
      expect(text).toMatch(new RegExp(`^${title}\nnot (permitted|read)`, 'm'))
    }
    expect(text).not.toContain('No active PodDisruptionBudgets')
  })
})

it('a replica cluster says whether it receives from its source', () => {
  expect(recordedScreen('replica-cluster')).toContain('Source cluster:          origin (streaming)')
  const cut = screen('replica-cluster', (s) => (answerOf(s, 'dr-1').isWalReceiverActive = false))
  expect(cut).toContain('Source cluster:          origin (not streaming)')
  const silent = screen('replica-cluster', (s) => silence(s, 'dr-1'))
  expect(silent).toContain('Source cluster:          origin (the designated primary did not answer)')
})

it('tokens are shown with their verdict', () => {
  const members = {
    latestCheckpointTimelineID: '3',
    redoWalFile: 'W',
    databaseSystemIdentifier: '1',
    latestCheckpointREDOLocation: '0/1',
  }
  const token = Buffer.from(JSON.stringify({ ...members, timeOfLatestCheckpoint: 't', operatorVersion: 'v' })).toString(
    'base64',
  )
  const text = screen('healthy', (s) => (clusterOf(s).status.demotionToken = token), tagPainter)
  expect(text).toMatch(/Validity +<good>valid<\/good>/)
  expect(text).toMatch(/Database system identifier +<bad>1 \(differs from this cluster's\)<\/bad>/)
  const broken = screen('healthy', (s) => (clusterOf(s).status.demotionToken = '%%%'), tagPainter)
  expect(broken).toContain('<bad>not valid: it is not base64</bad>')
})

it('a plugin’s backup says what is missing', () => {
  const plugin = (parameters: Record<string, string>) => (s: ClusterSnapshot) =>
    (s.cluster.spec.plugins = [{ name: 'barman-cloud.cloudnative-pg.io', parameters }])
  expect(screen('healthy', plugin({}))).toContain('barmanObjectName is not set')
  expect(screen('healthy', plugin({ barmanObjectName: 'store' }))).toContain(
    'ObjectStore store holds no recovery window of server mycluster',
  )
})

it('backups of another plugin are not called those of Barman, nor missing', () => {
  const text = screen('healthy-single', (s) => {
    delete s.cluster.spec.backup
    s.cluster.spec.plugins = [{ name: 'backup.example.org', isWALArchiver: true }]
  })
  expect(text).toMatch(/\n\nContinuous Backup status\nFirst Point of Recoverability:/)
})
