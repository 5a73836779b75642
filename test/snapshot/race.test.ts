import { describe, expect, it } from 'vitest'
import type { InstanceWay } from '../../src/api/part.ts'
import { CliError } from '../../src/errors/cli-error.ts'
import { WayError } from '../../src/snapshot/failures.ts'
import { raceWays } from '../../src/snapshot/race.ts'
import { ManualClock } from './support/manual-clock.ts'

interface Play {
  /** What each way does: the milliseconds it takes and its answer or error; absent: it never answers. */
  answers: Partial<Record<InstanceWay, { after: number; value?: string; error?: Error }>>
  ways?: InstanceWay[]
  preferred?: InstanceWay
}

function play({ answers, ways = ['proxy', 'exec', 'sql'], preferred }: Play) {
  const clock = new ManualClock()
  const abort = new AbortController()
  const started: string[] = []
  const ended: string[] = []
  const result = raceWays({
    ways,
    preferred: () => preferred,
    clock,
    signal: abort.signal,
    headStartMs: 1000,
    limitMs: 3000,
    async ask(way, signal) {
      started.push(`${way} at ${clock.monotonic()}`)
      signal.addEventListener('abort', () => ended.push(way))
      const { after, value, error } = answers[way] ?? { after: 1e6 }
      await clock.sleep(after, signal)
      if (error !== undefined) throw error
      return value
    },
  })
  return { clock, abort, started, ended, result }
}

const blocked = new WayError('network', 'not reached', { code: 503, hint: 'open the port' })

/** Nothing answers on a port that a network policy closes. */
const PORT_HINT = expect.stringContaining('the API server from port 8000') as string

describe('the ways to an instance', () => {
  it('takes the first answer and starts nothing else', async () => {
    const { clock, started, result } = play({ answers: { proxy: { after: 900, value: 'P' } } })
    await clock.advance(900)
    expect(await result).toEqual({ ok: true, value: 'P', way: 'proxy', failures: [] })
    expect(started).toEqual(['proxy at 0'])
    expect(clock.pending).toBe(0)
  })

  it('starts the next way beside a slow one and lets go of the loser', async () => {
    const { clock, started, ended, result } = play({ answers: { exec: { after: 300, value: 'E' } } })
    await clock.advance(1300)
    expect(await result).toEqual({
      ok: true,
      value: 'E',
      way: 'exec',
      failures: [{ way: 'proxy', reason: 'no answer within 1.3 s', kind: 'timeout', hint: PORT_HINT }],
    })
    expect(started).toEqual(['proxy at 0', 'exec at 1000'])
    expect(ended).toContain('proxy')
  })

  it('takes the answer of a slow first way when that is quicker after all', async () => {
    const { clock, result } = play({
      answers: { proxy: { after: 1500, value: 'P' }, exec: { after: 900, value: 'E' } },
    })
    await clock.advance(1500)
    // The second had no second of its own: nothing can be said of it.
    expect(await result).toEqual({ ok: true, value: 'P', way: 'proxy', failures: [] })
  })

  it('tells of every way that the answer of a later one has overtaken', async () => {
    const { clock, result } = play({ answers: { sql: { after: 40, value: 'S' } } })
    await clock.advance(2040)
    expect(await result).toMatchObject({
      way: 'sql',
      failures: [
        { way: 'proxy', kind: 'timeout', reason: 'no answer within 2.0 s' },
        { way: 'exec', kind: 'timeout', reason: 'no answer within 1.0 s' },
      ],
    })
  })

  it('starts the next way at once when one fails', async () => {
    const answers = {
      proxy: { after: 10, error: blocked },
      exec: { after: 10, error: blocked },
      sql: { after: 5, value: 'S' },
    }
    const { clock, started, result } = play({ answers })
    await clock.advance(25)
    const failures = ['proxy', 'exec'].map((way) => ({
      way,
      reason: 'not reached',
      kind: 'network',
      code: 503,
      hint: 'open the port',
    }))
    expect(await result).toEqual({ ok: true, value: 'S', way: 'sql', failures })
    expect(started).toEqual(['proxy at 0', 'exec at 10', 'sql at 20'])
  })

  it('does not hurry the third way when the first fails while the second is under way', async () => {
    const { clock, started } = play({ answers: { proxy: { after: 1100, error: blocked } } })
    await clock.advance(1999)
    expect(started).toEqual(['proxy at 0', 'exec at 1000'])
    await clock.advance(1)
    expect(started).toEqual(['proxy at 0', 'exec at 1000', 'sql at 2000'])
  })

  it('gives up at the limit, with every way that ran told as a timeout', async () => {
    const { clock, result } = play({ answers: {} })
    await clock.advance(3000)
    expect(await result).toEqual({
      ok: false,
      failures: ['proxy', 'exec', 'sql'].map((way) => ({
        way,
        reason: 'timeout after 3 s',
        kind: 'timeout',
        ...(way === 'proxy' ? { hint: PORT_HINT } : {}),
      })),
    })
    expect(clock.pending).toBe(0)
  })

  it('does not try other ways to a pod that is gone', async () => {
    const { clock, started, result } = play({
      answers: { proxy: { after: 1, error: new WayError('gone', 'pod gone') } },
    })
    await clock.advance(1)
    expect(await result).toMatchObject({ ok: false, failures: [{ way: 'proxy', kind: 'gone' }] })
    expect(started).toEqual(['proxy at 0'])
  })

  it('does not ask a manager twice that answered with an error', async () => {
    const answers = {
      proxy: { after: 1, error: new WayError('failed', 'too many clients') },
      sql: { after: 1, value: 'S' },
    }
    const { clock, started, result } = play({ answers })
    await clock.advance(2)
    expect(await result).toMatchObject({ ok: true, way: 'sql' })
    expect(started).toEqual(['proxy at 0', 'sql at 1'])
  })

  it('starts with the way that worked elsewhere', async () => {
    const { clock, started, result } = play({ preferred: 'exec', answers: { exec: { after: 1, value: 'E' } } })
    await clock.advance(1)
    expect(await result).toMatchObject({ ok: true, way: 'exec' })
    expect(started).toEqual(['exec at 0'])
  })

  it('ends with the deadline of the whole command', async () => {
    const { clock, abort, result } = play({ answers: {} })
    await clock.advance(500)
    abort.abort(new CliError({ kind: 'timeout', message: 'not finished after 10s' }))
    expect(await result).toEqual({
      ok: false,
      failures: [{ way: 'proxy', reason: 'no answer before the deadline', kind: 'timeout', hint: PORT_HINT }],
    })
  })

  it("rejects with the user's interruption", async () => {
    const { clock, abort, result } = play({ answers: {} })
    const caught = result.catch((error: unknown) => error)
    await clock.advance(500)
    const interruption = new CliError({ kind: 'interrupted', message: 'interrupted' })
    abort.abort(interruption)
    expect(await caught).toBe(interruption)
  })
})
