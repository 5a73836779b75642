import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli } from '../helpers/cli.ts'

/** How the official plugin 1.30.0 was called for its changes, and what it ended with. */
interface Call {
  id: string
  argv: string[]
  exit: number
}

const file = new URL('../fixtures/commands/change-arguments.json', import.meta.url)
const calls = (JSON.parse(readFileSync(file, 'utf8')) as Call[]).filter(({ id }) => id !== 'hibernate.status-word')

/** Mistakes of the command line for us: the official one ignores a word too many, and takes a missing one for a wish for help. */
const MISTAKES =
  /\.(unknown-flag|unknown-short-flag|no-arguments|one-argument|too-many-arguments|namespace-without-value)$/
/** Without an instance `promote` chooses and `restart` means all; without a cluster `maintenance` means all of the namespace. */
const COMPLETE = [
  'promote.one-argument',
  'restart.one-argument',
  'maintenance-set.no-arguments',
  'maintenance-unset.no-arguments',
]

describe('words and flags of the official plugin', () => {
  it.each(calls)('$id: $argv', async ({ id, argv }) => {
    // Whatever is understood ends at the guard, before any request.
    const { code, stderr } = await cli(argv, { env: { CNPG_READ_ONLY: '1' } })
    const isMistake = MISTAKES.test(id) && !COMPLETE.includes(id)
    expect([code, stderr.includes('CNPG_READ_ONLY is set')]).toEqual(isMistake ? [2, false] : [1, true])
  })
})
