import { describe, expect, it } from 'vitest'
import type { Part } from '../../src/api/part.ts'
import { serverState } from '../../src/model/server-state.ts'
import { fencingReport } from '../../src/model/fencing-report.ts'
import { goalOfFencing } from '../../src/plan/fencing-goal.ts'
import { planFencing } from '../../src/plan/fencing.ts'
import { planDestroy } from '../../src/plan/destroy.ts'
import { buildStatus } from '../../src/model/status.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'

const all = ['mycluster-1', 'mycluster-2', 'mycluster-3']
const statesOf = (state: string) => {
  const status = buildStatus(recordedSnapshot(state))
  return all.map((name) => serverState(status, name))
}

describe('whether PostgreSQL runs', () => {
  it('is known of recorded states', () => {
    expect(statesOf('healthy')).toEqual(['up', 'up', 'up'])
    expect(statesOf('fenced-all')).toEqual(['down', 'down', 'down'])
    expect(fencingReport(recordedSnapshot('fenced-one'))).toMatchObject({
      all: false,
      instances: expect.arrayContaining([expect.objectContaining({ fenced: true, postgres: 'down' })]) as unknown,
    })
  })

  it('is not taken for granted from the flag alone: the server may still be stopping', () => {
    const snapshot = recordedSnapshot('fenced-all')
    const [first] = snapshot.instances
    if (first?.status.ok) delete first.status.value.mightBeUnavailableMaskedError
    expect(serverState(buildStatus(snapshot), 'mycluster-1')).toBe('unknown')
    expect(goalOfFencing({ on: true, instances: all })(snapshot)).toMatchObject({ verdict: 'running' })
  })

  it('is proved by SQL that finds nobody listening, and by nothing when nobody answers', () => {
    const silent = (reason: string) => {
      const snapshot = recordedSnapshot('fenced-all')
      const [first] = snapshot.instances
      if (first === undefined) throw new Error('no instance')
      first.status = { ok: false, reason: 'timeout', message: 'no answer within 3 s' }
      first.failures = [{ way: 'sql', reason, kind: 'network' }]
      return serverState(buildStatus(snapshot), 'mycluster-1')
    }
    const socket = 'connection to server on socket "/controller/run/.s.PGSQL.5432" failed: No such file or directory'
    expect(silent(`PostgreSQL does not accept connections: ${socket}`)).toBe('down')
    expect(silent('no answer within 3 s')).toBe('unknown')
    expect(silent('FATAL: the database system is shutting down')).toBe('unknown')
  })
})

describe('a fence that somebody takes away meanwhile', () => {
  it('is told as a failure, not waited for', () => {
    const { reason, verdict } = goalOfFencing({ on: true, instances: ['mycluster-2'] })(recordedSnapshot('healthy'))
    expect([verdict, reason]).toEqual([
      'failed',
      'mycluster-2 is not fenced any more: somebody else changed it meanwhile',
    ])
  })
})

describe('plans of recorded states', () => {
  it('warn when fencing a standby makes commits wait', () => {
    const waits = (wanted: number, instance: string) => {
      const snapshot = recordedSnapshot('healthy-sync')
      const { synchronous } = snapshot.cluster.spec.postgresql ?? {}
      if (synchronous !== undefined) synchronous.number = wanted
      return planFencing(snapshot, { on: true, instance }).warnings
    }
    expect(waits(1, 'mycluster-2')).toEqual([])
    expect(waits(2, 'mycluster-2')).toEqual([
      'without mycluster-2 only 1 of 2 wanted synchronous standbys are left: commits wait until it is back',
    ])
  })

  it('refuse to destroy the one standby that is well while the primary does not answer', () => {
    const snapshot = recordedSnapshot('fenced-all')
    const part: Part<never[]> = { ok: true, value: [], at: snapshot.takenAt, via: 'api' }
    const objects = { ...snapshot.objects, persistentVolumeClaims: part, jobs: part }
    const { checks } = planDestroy({ ...snapshot, objects }, { instance: 'mycluster-2', keep: false })
    expect(checks).toMatchObject([{ id: 'last-copy', forcible: true }])
    expect(checks[0]?.message).toContain('no other instance is known to have the data')
  })

  it('refuse to destroy what cannot be seen', () => {
    const snapshot = recordedSnapshot('healthy')
    const forbidden = { ok: false, reason: 'forbidden', message: 'you may not list jobs' } as const
    const objects = { ...snapshot.objects, jobs: forbidden }
    const { checks } = planDestroy({ ...snapshot, objects }, { instance: 'mycluster-2', keep: false })
    expect(checks).toEqual([
      {
        id: 'objects-unknown',
        message: 'what belongs to mycluster-2 is not known: you may not list jobs',
        forcible: false,
      },
    ])
  })
})
