import { describe, expect, it } from 'vitest'
import type { ScheduledBackup } from '../../../src/api/companions.ts'
import { nextRun, scheduleFacts } from '../../../src/model/backups/schedules.ts'

const now = '2026-11-23T06:00:00Z'
const schedule = (status: ScheduledBackup['status'], spec: Partial<ScheduledBackup['spec']> = {}): ScheduledBackup => ({
  metadata: { name: 'nightly', namespace: 'shop' },
  spec: { schedule: '0 0 3 * * *', cluster: { name: 'shop-db' }, ...spec },
  ...(status === undefined ? {} : { status }),
})

describe('a schedule', () => {
  it('runs when the operator says', () => {
    const facts = scheduleFacts(
      schedule({ nextScheduleTime: '2026-11-24T03:00:00Z', lastScheduleTime: '2026-11-23T03:00:00Z' }),
      now,
    )
    expect(facts).toMatchObject({
      state: 'active',
      nextAt: '2026-11-24T03:00:00Z',
      seconds: 21 * 3600,
      lastAt: '2026-11-23T03:00:00Z',
      method: 'barmanObjectStore',
    })
  })

  it('of an old operator runs when its six fields say', () => {
    expect(scheduleFacts(schedule(undefined), now)).toMatchObject({
      state: 'active',
      nextAt: '2026-11-24T03:00:00.000Z',
    })
    expect(nextRun('0 30 6 * * *', now)).toBe('2026-11-23T06:30:00.000Z')
    expect(nextRun('@daily', now)).toBe('2026-11-24T00:00:00.000Z')
    expect(nextRun('@every 1h', now)).toBeNull()
    expect(nextRun('bogus', now)).toBeNull()
  })

  it('is late a minute after its moment', () => {
    expect(scheduleFacts(schedule({ nextScheduleTime: '2026-11-23T05:59:30Z' }), now).state).toBe('active')
    expect(scheduleFacts(schedule({ nextScheduleTime: '2026-11-23T04:00:00Z' }), now)).toMatchObject({
      state: 'late',
      seconds: 7200,
    })
  })

  it('that is suspended has no next run', () => {
    const facts = scheduleFacts(schedule({ nextScheduleTime: '2026-11-23T04:00:00Z' }, { suspend: true }), now)
    expect(facts).toMatchObject({ state: 'suspended', nextAt: null, seconds: null })
  })

  it('with an error is failing', () => {
    expect(scheduleFacts(schedule({ error: 'bad schedule' }), now)).toMatchObject({
      state: 'failing',
      error: 'bad schedule',
    })
  })
})
