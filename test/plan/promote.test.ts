import { describe, expect, it } from 'vitest'
import { parseLsn } from '../../src/model/lsn.ts'
import { formatLsn } from '../helpers/lsn.ts'
import { planPromote } from '../../src/plan/promote.ts'
import { goalOfPromote, rolesOf } from '../../src/plan/promote-goal.ts'
import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { answerOf, clusterOf, podOf, readingOf, silence } from '../helpers/snapshots.ts'

const AT = new Date('2026-11-23T06:01:36.321Z')

function plan(state: string, instance: string | null, change?: (snapshot: ClusterSnapshot) => void) {
  const snapshot = recordedSnapshot(state)
  change?.(snapshot)
  return planPromote(snapshot, { instance }, AT)
}

describe('what is known before a switchover', () => {
  it('names streaming, lag, readiness and the archive', () => {
    const { title, facts, checks, warnings, consent } = plan('healthy', 'mycluster-2')
    expect(title).toBe('Switchover of rec-main/mycluster: mycluster-1 (primary) -> mycluster-2')
    expect(facts.map(({ label, text }) => [label, text])).toEqual([
      ['streaming', 'yes, timeline 1, async'],
      ['lag', '0 B, 0 s'],
      ['readiness', 'pod Ready on node1, not fenced'],
      ['WAL archive', 'OK, 0 waiting'],
    ])
    expect(checks).toEqual([])
    expect(warnings).toEqual([])
    expect(consent).toEqual({ question: 'Promote mycluster-2?', typed: null, always: null })
  })

  it('says how far a standby is behind', () => {
    expect(plan('lagging-replica', 'mycluster-2').facts).toContainEqual(
      expect.objectContaining({ label: 'lag', text: expect.stringMatching(/^110 MB, \d+ s$/) as string }),
    )
  })

  it('tells of a maintenance window', () => {
    expect(plan('maintenance', 'mycluster-2').warnings).toEqual([
      'a node maintenance window is open: nodes may be drained at any moment',
    ])
  })
})

describe('what stands in the way of a switchover', () => {
  const fence = (snapshot: ClusterSnapshot) =>
    (clusterOf(snapshot).metadata.annotations = { 'cnpg.io/fencedInstances': '["mycluster-2"]' })

  it.each([
    ['hibernated', 'mycluster-2', 'hibernated', false],
    ['fenced-all', 'mycluster-2', 'fenced', false],
    ['initializing-b', 'mycluster-2', 'instance-joining', false],
    ['hibernation-waking', 'mycluster-2', 'instance-missing', false],
    ['healthy', 'mycluster-9', 'unknown-instance', false],
    ['two-clusters-one-namespace', 'ab-1', 'unknown-instance', false],
    ['lagging-replica', 'mycluster-2', 'replay-paused', true],
    ['lagging-replica', 'mycluster-2', 'replica-lag', true],
    ['wal-archive-failing', 'mycluster-2', 'wal-archiving', true],
    ['failover-running-a', 'mycluster-2', 'failover-running', true],
    ['failover-running-a', 'mycluster-1', 'failover-running', false],
    ['restart-running', 'mycluster-2', 'instance-not-ready', true],
    ['hibernation-blocked', 'mycluster-2', 'hibernation-blocked', true],
    ['replica-cluster', 'dr-2', 'replica-cluster', true],
    ['rbac-no-proxy', 'mycluster-2', 'replication-not-known', true],
  ])('%s, promote %s: %s, lifted by --force: %s', (state, instance, id, forcible) => {
    expect(plan(state, instance).checks).toContainEqual(expect.objectContaining({ id, forcible }))
  })

  it('a fenced target, and only that', () => {
    expect(plan('healthy', 'mycluster-2', fence).checks).toMatchObject([{ id: 'fenced', forcible: false }])
    expect(plan('healthy', 'mycluster-3', fence).checks).toEqual([])
    expect(plan('fenced-one', 'mycluster-2').checks).toEqual([])
  })

  it('a switchover under way: to another instance it can be forced, to the same one there is nothing to add', () => {
    const running = (snapshot: ClusterSnapshot) => {
      Object.assign(clusterOf(snapshot).status, { targetPrimary: 'mycluster-3', phase: 'Switchover in progress' })
    }
    expect(plan('healthy', 'mycluster-2', running).checks).toMatchObject([{ id: 'switchover-running', forcible: true }])
    expect(plan('healthy', 'mycluster-3', running).checks).toMatchObject([
      { message: 'a switchover to mycluster-3 is under way already', forcible: false },
    ])
    expect(plan('healthy', 'mycluster-1', running).nothing).toBeNull()
  })

  it('nothing in these', () => {
    for (const state of ['healthy', 'healthy-sync', 'instance-missing', 'pooler', 'rollout-supervised', 'no-slots']) {
      expect(plan(state, null).checks.filter(({ id }) => id !== 'no-standby')).toEqual([])
    }
  })
})

describe('the choice of the best standby', () => {
  it('takes the one that is least behind, and wants the choice confirmed by its name', () => {
    const { instances, consent, facts } = plan('lagging-replica', null)
    expect(instances).toEqual(['mycluster-3'])
    expect(consent).toEqual({
      question: 'Promote mycluster-3?',
      typed: 'mycluster-3',
      always: 'chooses mycluster-3 as the new primary by itself',
    })
    const ranking = facts.filter(({ text }) => /^\d\. /.test(text)).map(({ text }) => text)
    expect(ranking[0]).toBe('1. mycluster-3: async, lag 0 B')
    expect(ranking[1]).toMatch(/^2\. mycluster-2: async, lag 110 MB; .*replay is paused/)
  })

  it('takes a synchronous one before one that is less behind', () => {
    const best = plan('healthy', null, (snapshot) => {
      const rows = answerOf(snapshot, 'mycluster-1').replicationInfo ?? []
      for (const row of rows) row.syncState = row.applicationName === 'mycluster-3' ? 'quorum' : 'async'
      const row = rows.find((candidate) => candidate.applicationName === 'mycluster-3')!
      row.replayLsn = formatLsn(parseLsn(row.replayLsn)! - 4096n)
    })
    expect(best.instances).toEqual(['mycluster-3'])
  })

  it('passes over one that is not ready', () => {
    const best = plan('healthy', null, (snapshot) => {
      const ready = podOf(snapshot, 'mycluster-2').status?.conditions?.find(({ type }) => type === 'Ready')
      ready!.status = 'False'
    })
    expect(best.instances).toEqual(['mycluster-3'])
  })

  it('has nobody to take in a cluster of one', () => {
    expect(plan('healthy-single', null).checks).toMatchObject([{ id: 'no-standby', forcible: false }])
  })
})

it('there is nothing to do when the instance is the primary', () => {
  const { nothing, steps } = plan('healthy', 'mycluster-1')
  expect(nothing).toBe('mycluster-1 is already the primary node in the cluster rec-main/mycluster')
  expect(steps).toEqual([])
  expect(plan('replica-cluster', 'dr-1').nothing).toContain('dr-1 is already the primary node')
})

it('an instance that is named as the primary and does not answer as one is no success, and nothing to force', () => {
  const mute = (snapshot: ClusterSnapshot) => silence(snapshot, 'mycluster-1')
  for (const { nothing, checks } of [
    plan('hibernated', 'mycluster-1'),
    plan('fenced-all', 'mycluster-1'),
    plan('healthy', 'mycluster-1', mute),
  ]) {
    expect(nothing).toBeNull()
    expect(checks.some(({ forcible }) => !forcible)).toBe(true)
  }
  const [check] = plan('healthy', 'mycluster-1', mute).checks
  expect(check).toMatchObject({ id: 'named-already' })
  expect(check?.message).toContain('mycluster-1 is named as the primary already, but does not answer as one')
})

describe('the request', () => {
  it('is a locked patch of the status', () => {
    const [step] = plan('healthy', 'mycluster-2').steps
    expect(step?.request).toMatchObject({
      method: 'PATCH',
      object: { kind: 'clusters', namespace: 'rec-main', name: 'mycluster', subresource: 'status' },
      contentType: 'application/merge-patch+json',
      body: {
        metadata: { resourceVersion: expect.stringMatching(/^\d+$/) as string },
        status: {
          phase: 'Switchover in progress',
          phaseReason: 'Switching over to mycluster-2',
          targetPrimary: 'mycluster-2',
          targetPrimaryTimestamp: '2026-11-23T06:01:36.321000Z',
        },
      },
    })
    expect(step?.undo).toContain('kubectl cnpg promote mycluster mycluster-1 -n rec-main')
  })
})

describe('the proof of a switchover', () => {
  const before = recordedSnapshot('healthy')
  const judge = goalOfPromote(rolesOf(before, 'mycluster-2'))
  const after = (change: (snapshot: ClusterSnapshot) => void) => {
    const snapshot = recordedSnapshot('healthy')
    Object.assign(clusterOf(snapshot).status, { targetPrimary: 'mycluster-2' })
    change(snapshot)
    return judge(snapshot)
  }
  /** mycluster-2 is primary on timeline 2 and sends to mycluster-3. */
  const promoted = (snapshot: ClusterSnapshot) => {
    const rows = answerOf(snapshot, 'mycluster-1').replicationInfo ?? []
    silence(snapshot, 'mycluster-1')
    Object.assign(answerOf(snapshot, 'mycluster-2'), {
      isPrimary: true,
      timeLineID: 2,
      currentWAL: '00000002000000000000000C',
      replicationInfo: rows.filter((row) => row.applicationName === 'mycluster-3'),
    })
  }

  /** Everything is as it shall be. */
  const complete = (snapshot: ClusterSnapshot) => {
    const own = structuredClone(answerOf(snapshot, 'mycluster-3'))
    const row = answerOf(snapshot, 'mycluster-1').replicationInfo?.[0]
    promoted(snapshot)
    clusterOf(snapshot).status.currentPrimary = 'mycluster-2'
    answerOf(snapshot, 'mycluster-2').replicationInfo?.push({ ...row, applicationName: 'mycluster-1' })
    readingOf(snapshot, 'mycluster-1').status = { ok: true, value: own, at: snapshot.takenAt, via: 'proxy' }
  }

  it('is not there while the old primary runs', () => {
    expect(after(() => undefined)).toMatchObject({
      phases: [],
      verdict: 'running',
      reason: 'mycluster-1 still runs as the primary',
    })
  })

  it('passes through shutdown and promotion', () => {
    const gone = after((snapshot) => {
      silence(snapshot, 'mycluster-1')
      answerOf(snapshot, 'mycluster-2').isWalReceiverActive = false
    })
    expect(gone.phases.map(({ text }) => text)).toEqual(['mycluster-1 shutting down', 'mycluster-2 promoting'])
  })

  it('needs the Cluster to name the new primary, and the old one to follow', () => {
    const alone = after((snapshot) => {
      promoted(snapshot)
      clusterOf(snapshot).status.currentPrimary = 'mycluster-2'
    })
    expect(alone.verdict).toBe('running')
    expect(alone.phases.at(-1)?.text).toBe('mycluster-2 is primary, timeline 2')
    expect(alone.reason).toMatch(/^mycluster-1 does not follow yet/)
    const followed = after(complete)
    expect(followed).toMatchObject({ verdict: 'proved' })
    expect(followed.phases.at(-1)?.text).toBe('mycluster-1 follows on timeline 2')
  })

  it('has failed when the target was set back', () => {
    const back = after((snapshot) => (clusterOf(snapshot).status.targetPrimary = 'mycluster-1'))
    expect(back).toMatchObject({ verdict: 'failed' })
    expect(back.reason).toContain('the target primary was set to mycluster-1, and mycluster-2 is not the primary')
  })

  it('has failed when another switchover takes it away again, before it was complete or right after', () => {
    const superseded = after((snapshot) => {
      complete(snapshot)
      clusterOf(snapshot).status.targetPrimary = 'mycluster-3'
    })
    expect(superseded).toMatchObject({ verdict: 'failed' })
    expect(superseded.reason).toContain('was set to mycluster-3, and mycluster-2 is the primary, but not for long')
  })

  it('is not there while anybody else answers as a primary, too', () => {
    const fenced = recordedSnapshot('healthy')
    clusterOf(fenced).metadata.annotations = { 'cnpg.io/fencedInstances': '["mycluster-1"]' }
    const twice = after((snapshot) => {
      complete(snapshot)
      answerOf(snapshot, 'mycluster-1').isPrimary = true
    })
    expect(twice).toMatchObject({ verdict: 'running', reason: 'mycluster-1 still answers as a primary, too' })
    const forced = goalOfPromote(rolesOf(fenced, 'mycluster-2'))
    const snapshot = recordedSnapshot('healthy')
    complete(snapshot)
    Object.assign(clusterOf(snapshot).status, { targetPrimary: 'mycluster-2' })
    expect(forced(snapshot).verdict).toBe('proved')
    answerOf(snapshot, 'mycluster-1').isPrimary = true
    expect(forced(snapshot).verdict).toBe('running')
  })

  it('does not come from an instance manager whose server may be down, nor from a pod that is being deleted', () => {
    const stopping = after((snapshot) => {
      complete(snapshot)
      answerOf(snapshot, 'mycluster-2').mightBeUnavailable = true
    })
    expect(stopping.verdict).toBe('running')
    const leaving = after((snapshot) => {
      complete(snapshot)
      podOf(snapshot, 'mycluster-2').metadata.deletionTimestamp = snapshot.takenAt
    })
    expect(leaving.verdict).toBe('running')
  })

  it('is waited for when the old primary dies on the way and the operator has to choose', () => {
    const electing = after((snapshot) => {
      silence(snapshot, 'mycluster-1')
      clusterOf(snapshot).status.targetPrimary = 'pending'
    })
    expect(electing).toMatchObject({ verdict: 'running', reason: 'the operator looks for a new primary (failover)' })
  })

  it('does not wait for an old primary that was lost before', () => {
    const lost = recordedSnapshot('failover-running-a')
    expect(rolesOf(lost, 'mycluster-3').returns).toBe(
      lost.instances.some(({ pod }) => pod === clusterOf(lost).status.currentPrimary),
    )
  })
})
