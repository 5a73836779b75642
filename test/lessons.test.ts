import { describe, expect, it } from 'vitest'

import type { ClusterSnapshot } from '../src/api/snapshot.ts'
import { assess } from '../src/model/rules/assess.ts'
import { statusJson } from '../src/render/status-json.ts'
import { buildStatus } from '../src/model/status.ts'
import { cli } from './helpers/cli.ts'
import { recordedSnapshot } from './helpers/recorded-snapshot.ts'
import { answerOf, clusterOf, instance, podOf, readingOf, silence, varied } from './helpers/snapshots.ts'
import { recordedScreen, recordedStatus, screenOf } from './helpers/status-screen.ts'

/** `severity id` of every finding. */
function found(status: ReturnType<typeof recordedStatus>): string[] {
  return assess(status).map(({ severity, id }) => `${severity} ${id}`)
}

function messages(status: ReturnType<typeof recordedStatus>): string {
  return assess(status)
    .map(({ message }) => message)
    .join('\n')
}

function later(snapshot: ClusterSnapshot, days: number): void {
  snapshot.takenAt = new Date(Date.parse(snapshot.takenAt) + days * 86_400_000).toISOString()
}

describe('which way to an instance works when', () => {
  it('port 8000 is black-holed: exec', () => {
    const status = recordedStatus('instance-blackholed')
    expect(status.instances.map(({ name, via }) => [name, via])).toContainEqual(['mycluster-3', 'exec'])
    expect(status.instances.every(({ presence }) => presence === 'answered')).toBe(true)
  })

  it('the manager is frozen: SQL, and that is a finding', () => {
    const status = recordedStatus('instance-unreachable')
    expect(instance(status, 'mycluster-3').via).toBe('sql')
    expect(found(status)).toContain('warning instance-manager-frozen')
  })

  it('the postmaster is frozen: no way, and the pod says since when it is not ready', () => {
    const status = varied('healthy-sync', (s) => {
      silence(s, 'mycluster-2')
      for (const condition of podOf(s, 'mycluster-2').status!.conditions!) {
        if (condition.type === 'Ready') Object.assign(condition, { status: 'False', lastTransitionTime: s.takenAt })
      }
      later(s, 1 / 24)
    })
    expect(screenOf(status)).toMatch(/mycluster-2: no answer within 3 s; pod not ready for 1h0m0s, node node1/)
    expect(messages(status)).toContain('mycluster-2 is not ready for 1h: not answering (timeout)')
  })

  it.each([
    ['bad-image', 'mycluster-3', 'ErrImagePull'],
    ['scaled-down-running', 'mycluster-3', 'being deleted'],
    ['failover-running-a', 'mycluster-2', 'no pod'],
    ['instance-missing', 'mycluster-3', 'Pending (Unschedulable)'],
  ])('%s: who cannot answer is not asked, and the pod tells why', (state, name, text) => {
    expect(instance(recordedStatus(state), name)).toMatchObject({ statusText: text, failures: [] })
  })
})

describe('"Cluster in healthy state" stood there, and now something else does too, with', () => {
  it('expired certificates and replication down', () => {
    const status = varied('certificates-expiring', (s) => {
      later(s, 4)
      answerOf(s, 'mycluster-1').replicationInfo = []
      answerOf(s, 'mycluster-2').isWalReceiverActive = false
    })
    expect(found(status)).toEqual(['critical certificate-expired', 'warning wal-receiver-down'])
    expect(screenOf(status)).toContain('Cluster in healthy state (operator) - see Findings')
    expect(instance(status, 'mycluster-2').roleText).toBe('Standby (not streaming)')
  })

  it('all synchronous writes hanging', () => {
    const status = varied('healthy-sync', (s) => {
      for (const row of answerOf(s, 'mycluster-1').replicationInfo ?? []) row.state = 'catchup'
    })
    expect(found(status)).toContain('critical sync-replicas')
    expect(messages(status)).toContain('0 of 1 confirm commits, so commits wait')
  })

  it('a failed Backup', () => {
    expect(messages(recordedStatus('failover-done'))).toMatch(/^backup mycluster-lost failed 3m ago: exit status 2$/m)
    expect(recordedScreen('failover-done')).toMatch(/^Last Failed Backup: .*backup mycluster-lost\): exit status 2$/m)
  })

  it('28 WAL files waiting', () => {
    expect(messages(recordedStatus('wal-archive-failing'))).toContain('28 files wait')
  })

  it('a word where a number belongs in the configuration', () => {
    const status = varied('healthy-sync', (s) => {
      const error = { file: 'custom.conf', line: 7, name: 'work_mem', error: 'setting could not be applied' }
      readingOf(s, 'mycluster-1').details = {
        ok: true,
        value: { configurationErrors: [error] },
        at: s.takenAt,
        via: 'sql',
      }
    })
    expect(messages(status)).toBe(
      'error in the configuration of mycluster-1: work_mem: setting could not be applied (custom.conf line 7)',
    )
  })

  it('a fenced standby, which is not OK', () => {
    expect(instance(recordedStatus('fenced-one'), 'mycluster-3').statusText).toBe('PostgreSQL stopped')
    expect(found(recordedStatus('fenced-one'))).toContain('info fenced')
  })

  it("the primary's manager frozen", () => {
    const screen = recordedScreen('primary-unreachable')
    expect(screen).toContain('Cluster in healthy state (operator) - see Findings')
    expect(screen).toContain('Current Write LSN:       0/6007DE0 ')
  })

  it('lost slots, without -v', () => {
    expect(recordedScreen('unmanaged-slots')).toContain(
      '2 replication slots lost their WAL (old_standby and cdc_orders)',
    )
  })

  it.each([
    ['healthy-sync', 0],
    ['unmanaged-slots', 1],
    ['primary-unreachable', 2],
  ])('%s: --exit-code says so: %d', async (state, code) => {
    const stdin = JSON.stringify(recordedSnapshot(state))
    expect((await cli('status --from - --exit-code', { stdin })).code).toBe(code)
    expect((await cli('status --from -', { stdin })).code).toBe(0)
  })
})

describe('what was wrong or lost', () => {
  it('a missing right is called so, only then, and what is forbidden is not "none"', () => {
    expect(recordedScreen('rbac-no-proxy')).toContain('pods/proxy is forbidden')
    expect(recordedScreen('rbac-cluster-only', 1)).toMatch(/^Pod Disruption Budgets status\nnot permitted: /m)
    for (const state of ['bad-image', 'instance-blackholed', 'primary-unreachable', 'instance-missing']) {
      expect(recordedScreen(state)).not.toMatch(/permi|forbidden/i)
    }
  })

  it('an unreachable primary keeps its name, the standbys their roles, and the cluster its identifier', () => {
    const status = varied('healthy-sync', (s) => silence(s, 'mycluster-1'))
    const screen = screenOf(status)
    expect(screen).not.toContain('not found')
    expect(screen).toMatch(/^Primary instance: +mycluster-1$/m)
    expect(screen).toMatch(/^System ID: +7711240164047527955$/m)
    expect(screen).toMatch(/^Current Write LSN: .*furthest received: 0\/6000060 by mycluster-\d/m)
    expect(status.instances.map(({ roleText }) => roleText).toSorted()).toEqual([
      'Primary',
      'Standby (streaming)',
      'Standby (streaming)',
    ])
  })

  it('in a failover the lost instance stays, and nobody claims the promotion time of the dead primary', () => {
    const screen = recordedScreen('failover-running-b')
    expect(screen).toMatch(/^mycluster-2 .*no pod/m)
    expect(screen).toMatch(/^Primary promotion time: .* \(of mycluster-2\)$/m)
    expect(screen).toContain('Failover in progress for 21s')
  })

  it("a standby's timeline may be stale after a failover: the primary's is believed", () => {
    const status = recordedStatus('failover-done')
    expect(status.summary.timeline).toBe(3)
    expect(status.instances.some(({ timeline }) => timeline !== null && timeline < 3)).toBe(true)
    expect(found(status).join()).not.toContain('timeline')
  })

  it('in a rollout every instance tells what it runs, and nobody the image that nobody runs alone', () => {
    expect(recordedScreen('rollout-supervised')).toMatch(/postgresql:15\.18 \(still mycluster-1 on .*:15\.17\)/)
    expect(recordedScreen('bad-image')).toMatch(/postgresql:15\.99 \(still mycluster-1, mycluster-2 on .*:15\.17\)/)
  })

  it('standbys that wait for a restart say so', () => {
    expect(instance(recordedStatus('pending-restart'), 'mycluster-2').statusText).toBe('OK (pending restart)')
  })

  it('running backups are shown, those of barman too', () => {
    expect(recordedScreen('backup-running')).toMatch(/^Backup in progress: +mycluster-big \(running, on mycluster-2/m)
    expect(recordedScreen('base-backup-streaming')).toContain('Physical backups\nName')
  })

  it('a cluster that another one follows tells of it', () => {
    expect(recordedScreen('replica-cluster-origin')).toContain('Also streams from here, outside this cluster: dr at ')
  })

  it('while the first primary is made nothing is "switching", and no size is made up', () => {
    for (const state of ['initializing-a', 'restoring']) {
      expect(recordedScreen(state)).not.toMatch(/switching|container not found|^Size:/m)
    }
  })

  it('the order of managed roles does not vary', () => {
    const backwards = varied('managed-roles', (s) => {
      const roles = clusterOf(s).status.managedRolesStatus!
      for (const list of Object.values(roles.byStatus ?? {})) list.reverse()
      roles.byStatus = Object.fromEntries(Object.entries(roles.byStatus ?? {}).reverse())
      roles.cannotReconcile = Object.fromEntries(Object.entries(roles.cannotReconcile ?? {}).reverse())
    })
    expect(backwards.managedRoles).toEqual(recordedStatus('managed-roles').managedRoles)
    expect(messages(backwards)).toBe(messages(recordedStatus('managed-roles')))
  })

  it('errors in JSON have words, and an instance that did not answer has no made-up values', () => {
    const snapshot = recordedSnapshot('rbac-no-proxy')
    const status = buildStatus(snapshot)
    const { ErrorList, instanceStatus } = statusJson(snapshot, status, [])
    expect(ErrorList).not.toHaveLength(0)
    for (const error of ErrorList)
      expect(error).toMatchObject({ reason: 'forbidden', message: expect.any(String) as string })
    expect(instanceStatus.items[0]).not.toHaveProperty('currentLsn')
    expect(instanceStatus.items[0]).toHaveProperty('error.message')
  })

  it('what cannot be measured breaks no row: the title stands first', () => {
    for (const state of ['failover-running-a', 'fenced-all', 'initializing-a']) {
      expect(recordedScreen(state)).toMatch(/^Cluster Summary\n/)
      expect(recordedScreen(state)).not.toMatch(/^Size:/m)
    }
  })
})

describe('exit codes are no 0 for', () => {
  it.each([
    ['no cluster and nothing to read it from', 'status --from /nowhere.json', 1],
    ['an unknown subcommand', 'statsu mycluster', 2],
    ['an unknown form of output', 'status mycluster -o xml', 2],
    ['a missing argument', 'diff one', 2],
    ['an unknown finding', 'explain nothing-like-that', 2],
  ])('%s', async (_what, line, code) => {
    const result = await cli(line)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).not.toBe('')
  })
})

describe('what the operator waits for in vain', () => {
  it.each(['restart-stuck', 'hibernation-blocked'])('%s is said, with the command that helps', (state) => {
    const [first] = assess(recordedStatus(state))
    expect(first).toMatchObject({ id: 'restart-stuck', severity: 'warning' })
    expect(first?.message).toMatch(/`kubectl cnpg restart mycluster mycluster-1 -n rec-sync` does$/)
  })
})
