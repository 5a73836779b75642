import { describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/host/clock.ts'

describe('sleep', () => {
  test('waits, with nothing left behind', async () => {
    const controller = new AbortController()
    const before = systemClock.monotonic()
    await systemClock.sleep(20, controller.signal)
    expect(systemClock.monotonic()).toBeGreaterThan(before)
    controller.abort()
  })

  test('ends with the reason of its signal', async () => {
    const controller = new AbortController()
    const sleeping = systemClock.sleep(60_000, controller.signal)
    controller.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
  })

  test('does not begin after its signal', async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })

  test('can be longer than a timer', async () => {
    vi.useFakeTimers()
    try {
      let awake = false
      const sleeping = systemClock.sleep(30 * 86_400_000).then(() => (awake = true))
      await vi.advanceTimersByTimeAsync(29 * 86_400_000)
      expect(awake).toBe(false)
      await vi.advanceTimersByTimeAsync(86_400_000)
      await sleeping
      expect(awake).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
})
