import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CliResult } from '../../helpers/cli.ts'
import { startLive, type Live } from '../support/changes.ts'
import { SITUATIONS, type Situation } from './situations.ts'

let live: Live

beforeAll(async () => {
  live = await startLive(3)
  await live.settled()
})
afterAll(() => live.sandbox.close())

function check({ words = '' }: Situation): Promise<CliResult> {
  return live.run(`check mycluster ${words}`, { now: new Date().toISOString() })
}

function told({ id }: Situation, { code, stdout, stderr }: CliResult) {
  return { code, stderr, finding: id === undefined || stdout.includes(` ${id}: `) }
}

describe('check of a live cluster', () => {
  // Those without a finding are in check.test.ts, where they cost less.
  it.each(SITUATIONS.filter(({ id }) => id !== undefined).map((situation) => [situation.name, situation] as const))(
    'when %s',
    { timeout: 30_000 },
    async (_name, situation) => {
      const end = await situation.begin(live)
      await expect
        .poll(async () => told(situation, await check(situation)), { timeout: 15_000, interval: 100 })
        .toEqual({ code: situation.code, stderr: '', finding: true })
      await end()
      await expect
        .poll(
          async () => {
            const { code, stdout } = await check({ ...situation, words: '' })
            return { code, stdout: code === 0 ? '' : stdout }
          },
          { timeout: 20_000, interval: 100 },
        )
        .toEqual({ code: 0, stdout: '' })
    },
  )
})
