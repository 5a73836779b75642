import { describe, expect, it } from 'vitest'
import { CliError } from '../../src/errors/cli-error.ts'
import { waitFor } from '../../src/plan/wait.ts'
import type { Judgement, Outcome, Progress } from '../../src/plan/wait.ts'
import { ManualClock, settle } from '../snapshot/support/manual-clock.ts'

interface Setting {
  /** What one observation after the other shows; the last one stays. */
  shows: (Judgement | Error)[]
  timeoutMs?: number
}

/** A wait under a clock that the test moves. */
function begin({ shows, timeoutMs }: Setting) {
  const clock = new ManualClock()
  const user = new AbortController()
  const reported: Progress[] = []
  let observations = 0
  const outcome: Promise<Outcome> = waitFor<Judgement>({
    observe: () => {
      const next = shows[Math.min(observations++, shows.length - 1)]!
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
    },
    goal: (judgement) => judgement,
    clock,
    signal: user.signal,
    timeoutMs,
    since: 0,
    report: (progress) => Promise.resolve(void reported.push(progress)),
  })
  return { clock, user, reported, outcome, count: () => observations }
}

const running = (reason: string, ...ids: string[]): Judgement => ({
  phases: ids.map((id) => ({ id, text: `phase ${id}` })),
  verdict: 'running',
  reason,
})
const proved = (...ids: string[]): Judgement => ({ ...running('', ...ids), verdict: 'proved', reason: null })
const away = new CliError({ kind: 'unreachable', message: 'the API server refused the connection' })

it('reports every phase once, with the time since the request', async () => {
  const wait = begin({ shows: [running('x', 'a'), running('x', 'a', 'b'), proved('b', 'c')] })
  await wait.clock.advance(600)
  expect(await wait.outcome).toMatchObject({ kind: 'proved', seconds: 0.5 })
  expect(wait.reported.map(({ text, seconds }) => [text, seconds])).toEqual([
    ['phase a', 0],
    ['phase b', 0.25],
    ['phase c', 0.5],
  ])
})

it('ends when the change has failed', async () => {
  const wait = begin({ shows: [{ phases: [], verdict: 'failed', reason: 'set back' }] })
  expect(await wait.outcome).toMatchObject({ kind: 'failed', reason: 'set back' })
})

describe('the end of the time', () => {
  it('is an outcome that says what was waited for', async () => {
    const wait = begin({ shows: [running('mycluster-1 still runs')], timeoutMs: 1000 })
    await wait.clock.advance(1000)
    expect(await wait.outcome).toEqual({
      kind: 'timed-out',
      seconds: 1,
      phases: [],
      reason: 'mycluster-1 still runs',
    })
    expect(wait.clock.pending).toBe(0)
  })

  it('does not come without a limit', async () => {
    const wait = begin({ shows: [running('x')] })
    await wait.clock.advance(3_600_000)
    expect(wait.count()).toBeGreaterThan(10_000)
    wait.user.abort(new CliError({ kind: 'interrupted', message: 'interrupted by SIGINT' }))
    expect(await wait.outcome).toMatchObject({ kind: 'interrupted', seconds: 3600 })
  })
})

describe('an API server that is away', () => {
  it('is waited for', async () => {
    const wait = begin({ shows: [running('x', 'a'), away, away, proved('b')] })
    await wait.clock.advance(1000)
    expect(await wait.outcome).toMatchObject({ kind: 'proved', phases: [{ id: 'a' }, { id: 'b' }] })
  })

  it('is what a wait that came to nothing tells', async () => {
    const wait = begin({ shows: [running('x'), away], timeoutMs: 20_000 })
    await wait.clock.advance(20_000)
    expect(await wait.outcome).toMatchObject({
      kind: 'timed-out',
      reason: 'not observed any more: the API server refused the connection',
    })
  })
})

it('an observation that will never be allowed ends the wait', async () => {
  const wait = begin({ shows: [running('x'), new CliError({ kind: 'forbidden', message: 'may not' })] })
  const failure = expect(wait.outcome).rejects.toMatchObject({ kind: 'forbidden' })
  await wait.clock.advance(500)
  await failure
  await settle()
  expect(wait.clock.pending).toBe(0)
})
