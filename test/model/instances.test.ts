import { describe, expect, it } from 'vitest'

import type { ContainerState } from '../../src/api/pod.ts'
import { answerOf, clusterOf, instance, podOf, silence, varied } from '../helpers/snapshots.ts'
import { recordedStatus } from '../helpers/status-screen.ts'

const roleOf = (state: Parameters<typeof varied>[1], name = 'mycluster-2') =>
  instance(varied('healthy', state), name).roleText

describe('roles of instances that answer', () => {
  it('async, sync and quorum, potential, as the primary has them in its table', () => {
    expect(roleOf(() => undefined)).toBe('Standby (async)')
    for (const [syncState, text] of [
      ['sync', 'Standby (sync)'],
      ['quorum', 'Standby (sync)'],
      ['potential', 'Standby (potential sync)'],
    ] as const) {
      expect(roleOf((s) => (answerOf(s, 'mycluster-1').replicationInfo![0]!.syncState = syncState))).toBe(text)
    }
  })

  it('catching up, where the official says Unknown', () => {
    expect(roleOf((s) => (answerOf(s, 'mycluster-1').replicationInfo![0]!.state = 'catchup'))).toBe(
      'Standby (catching up)',
    )
  })

  it('paused, before all that the primary says', () => {
    expect(roleOf((s) => (answerOf(s, 'mycluster-2').replayPaused = true))).toBe('Standby (paused)')
  })

  it('streaming from somewhere, when the primary has no row of it or does not answer', () => {
    expect(roleOf((s) => answerOf(s, 'mycluster-1').replicationInfo!.shift())).toBe('Standby (streaming)')
    expect(roleOf((s) => silence(s, 'mycluster-1'))).toBe('Standby (streaming)')
  })

  it('file based only with a primary at work and an archive', () => {
    expect(roleOf((s) => (answerOf(s, 'mycluster-2').isWalReceiverActive = false))).toBe('Standby (file based)')
    const orphaned = instance(
      varied('healthy', (s) => {
        answerOf(s, 'mycluster-2').isWalReceiverActive = false
        silence(s, 'mycluster-1')
      }),
      'mycluster-2',
    )
    expect(orphaned.roleText).toBe('Standby (not streaming)')
    const archiveless = varied('healthy-sync', (s) => (answerOf(s, 'mycluster-2').isWalReceiverActive = false))
    expect(instance(archiveless, 'mycluster-2').roleText).toBe('Standby (not streaming)')
  })

  it('starting up while the pod is not ready, pg_rewind when it runs', () => {
    const detached = (ready: string, rewinding: boolean) =>
      roleOf((s) => {
        Object.assign(answerOf(s, 'mycluster-2'), { isWalReceiverActive: false, isPgRewindRunning: rewinding })
        podOf(s, 'mycluster-2').status!.conditions!.find(({ type }) => type === 'Ready')!.status = ready
      })
    expect(detached('False', false)).toBe('Standby (starting up)')
    expect(detached('False', true)).toBe('Standby (pg_rewind)')
    expect(detached('True', true)).toBe('Standby (pg_rewind)')
  })
})

describe('fencing', () => {
  it('calls an instance fenced that the annotation fences, and does not call it OK', () => {
    const state = instance(recordedStatus('fenced-one'), 'mycluster-3')
    expect(state).toMatchObject({ role: 'fenced', fenced: true, statusText: 'PostgreSQL stopped', statusKind: 'warn' })
    expect(state).toMatchObject({ currentLsn: null, replayLsn: null, isPrimary: null })
    expect(state.maskedError).toMatch(/no such file/)
  })

  it('does not call an in-place restart fenced', () => {
    const status = varied('healthy', (s) =>
      Object.assign(answerOf(s, 'mycluster-1'), {
        mightBeUnavailable: true,
        mightBeUnavailableMaskedError: 'starting\nup',
      }),
    )
    const state = instance(status, 'mycluster-1')
    expect(state).toMatchObject({ role: 'primary', statusText: 'restarting', detail: 'starting up' })
    expect(status.summary.answeringPrimary).toBeNull()
  })
})

describe('instances that nobody has asked yet', () => {
  const unasked = (ready: 'True' | 'False') =>
    instance(
      varied('healthy', (s) => {
        s.instances = s.instances.filter(({ pod }) => pod !== 'mycluster-3')
        const { conditions = [] } = podOf(s, 'mycluster-3').status ?? {}
        Object.assign(conditions.find(({ type }) => type === 'Ready') ?? {}, { status: ready })
      }),
      'mycluster-3',
    )

  it('are starting while their pod is not ready', () => {
    expect(unasked('False')).toMatchObject({ presence: 'not-asked', statusText: 'starting' })
    expect(unasked('True')).toMatchObject({ presence: 'not-asked', statusText: 'not asked' })
  })
})

describe('instances that do not answer', () => {
  const trouble = (state: ContainerState) =>
    instance(
      varied('healthy', (s) => {
        silence(s, 'mycluster-3')
        const container = podOf(s, 'mycluster-3').status!.containerStatuses![0]!
        container.state = state
        container.ready = false
      }),
      'mycluster-3',
    )

  it('keep their row, with the role that the primary knows and the reason', () => {
    const status = varied('healthy', (s) =>
      silence(s, 'mycluster-3', { reason: 'unreachable', message: 'refused', code: 503 }),
    )
    expect(instance(status, 'mycluster-3')).toMatchObject({
      presence: 'silent',
      roleText: 'Standby (async)',
      statusText: 'not answering (503)',
      detail: 'refused; pod Ready, node node1',
      replayLsn: null,
    })
    expect(status.problems).toContainEqual(expect.objectContaining({ subject: 'instance mycluster-3', code: 503 }))
    expect(status.instances.map(({ name }) => name)).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
  })

  it('primary included: it stays the primary that the Cluster names', () => {
    const status = varied('healthy', (s) => silence(s, 'mycluster-1'))
    expect(instance(status, 'mycluster-1')).toMatchObject({ role: 'primary', statusText: 'not answering (timeout)' })
    expect(status.summary).toMatchObject({ primary: 'mycluster-1', answeringPrimary: null, currentLsn: null })
    expect(status.summary.systemId).toBe('7711239897929367572')
    expect(status.replication.state).toBe('unknown')
    expect(status.archiving).toMatchObject({ state: 'unknown', waiting: null })
    expect(status.slots).toBeNull()
  })

  it('say what is wrong with the pod, in the words of Kubernetes', () => {
    expect(trouble({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } })).toMatchObject({
      presence: 'not-asked',
      statusText: 'CrashLoopBackOff',
      detail: 'back-off 5m0s',
    })
    expect(trouble({ terminated: { reason: 'OOMKilled', exitCode: 137 } })).toMatchObject({
      statusText: 'OOMKilled',
      detail: 'exit code 137',
    })
    expect(instance(recordedStatus('bad-image'), 'mycluster-3')).toMatchObject({
      statusText: 'ErrImagePull',
      detail: expect.stringContaining('no such host') as string,
    })
    expect(instance(recordedStatus('instance-missing'), 'mycluster-3')).toMatchObject({
      statusText: 'Pending (Unschedulable)',
      detail: expect.stringContaining("didn't match Pod's node affinity") as string,
    })
    expect(instance(recordedStatus('scaled-down-running'), 'mycluster-3').statusText).toBe('being deleted')
  })

  it('on a lost node say so', () => {
    const status = varied('healthy', (s) => {
      silence(s, 'mycluster-3')
      const conditions = [{ type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }]
      const node = { metadata: { name: 'node1' }, status: { conditions } }
      s.objects.nodes = { ok: true, value: [node], at: s.takenAt, via: 'api' }
    })
    expect(instance(status, 'mycluster-3')).toMatchObject({
      statusText: 'node not ready',
      detail: 'node node1 is NotReady: Kubelet stopped posting node status.',
    })
  })

  it('without a pod are known from the Cluster, and from the job that makes them', () => {
    expect(instance(recordedStatus('failover-running-a'), 'mycluster-2')).toMatchObject({
      presence: 'absent',
      role: 'primary',
      statusText: 'no pod',
      statusKind: 'bad',
    })
    expect(instance(recordedStatus('base-backup-streaming'), 'mycluster-4')).toMatchObject({
      role: 'joining',
      statusText: 'join job running',
      detail: '225 MB of 444 MB copied (51 %)',
    })
  })

  it('without the right to read pods are what the operator says of them', () => {
    const status = recordedStatus('rbac-cluster-only')
    expect(status.instances.map(({ statusText }) => statusText)).toEqual(
      Array(3).fill('not permitted (operator: healthy)'),
    )
    expect(status.problems.map(({ subject, reason }) => [subject, reason])).toContainEqual(['pods', 'forbidden'])
  })

  it('a hibernated cluster has none', () => {
    expect(recordedStatus('hibernated').instances).toEqual([])
  })
})

it('shows the pending restart of standbys too, and which setting waits', () => {
  const status = recordedStatus('pending-restart')
  expect(status.instances.map(({ statusText }) => statusText)).toEqual(Array(3).fill('OK (pending restart)'))
  expect(status.instances[0]?.pendingSettings).toEqual([{ name: 'max_connections', current: '50', pending: '40' }])
})

it('does not read a size of zero into a missing one', () => {
  const status = varied('healthy', (s) => {
    for (const reading of s.instances) reading.metrics = { ok: false, reason: 'timeout', message: 'late' }
  })
  expect(status.instances.map(({ databaseBytes, databaseSize }) => [databaseBytes, databaseSize])).toEqual(
    Array(3).fill([null, null]),
  )
  expect(status.summary.size).toEqual({ databaseBytes: null, walBytes: null })
})

it('orders the primary first, then by position', () => {
  const status = varied('healthy', (s) => {
    Object.assign(answerOf(s, 'mycluster-2'), { receivedLsn: '0/1', replayLsn: '0/1' })
    clusterOf(s).status.instanceNames = ['mycluster-1', 'mycluster-2', 'mycluster-3', 'mycluster-10']
  })
  expect(status.instances.map(({ name }) => name)).toEqual([
    'mycluster-1',
    'mycluster-3',
    'mycluster-2',
    'mycluster-10',
  ])
})
