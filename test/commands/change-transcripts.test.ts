import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectGolden } from '../helpers/golden.ts'
import { startLive } from './support/changes.ts'
import type { Live } from './support/changes.ts'
import { inPipe, onScreen } from './support/transcript.ts'

let live: Live
beforeAll(async () => {
  live = await startLive()
}, 60_000)
afterAll(() => live.sandbox.close())

/** Every step begins when the operator has nothing left to do. */
async function play(...steps: (() => Promise<string>)[]): Promise<string> {
  const screens: string[] = []
  for (const step of steps) {
    screens.push(await step())
    await live.settled()
    await streaming()
  }
  return screens.join('\n')
}

/** Until every standby that runs streams again, as long as there is a primary. */
async function streaming(): Promise<void> {
  const { cluster } = live
  const standbys = [...cluster.pods.values()].filter((pod) => pod.name !== cluster.primary && !pod.fenced)
  if (cluster.pods.get(cluster.primary)?.fenced !== false) return
  for (const { name } of standbys) {
    await expect.poll(() => cluster.isStreaming(name), { timeout: 10_000 }).toBe(true)
  }
}

/** A reload after a change of the spec that the operator does not see before it is asked for. */
const reloadAfter = (parameter: string, value: string) => () => {
  live.operator.pause()
  live.edit(({ spec }) => (spec.postgresql!.parameters![parameter] = value))
  const timer = setInterval(() => {
    if (live.stored().metadata.annotations?.['cnpg.io/reloadedAt'] === undefined) return
    clearInterval(timer)
    live.operator.resume()
  }, 10)
  return onScreen(live, 'reload mycluster', 'y')
}

const terminal =
  (line: string, ...answers: string[]) =>
  () =>
    onScreen(live, line, ...answers)
const pipe = (line: string) => () => inPipe(live, line)

/** One cluster goes through all changes, to and fro: each file is what a user sees. */
describe('what is seen of each change, on a terminal and in a pipe', () => {
  it.each([
    [
      'promote',
      [
        terminal('promote mycluster --dry-run'),
        terminal('promote mycluster 2', 'y'),
        pipe('promote mycluster'),
        pipe('promote mycluster mycluster-2'),
        pipe('promote mycluster 1'),
        terminal('promote mycluster 9'),
        terminal('promote mycluster 3', 'n'),
      ],
    ],
    ['reload', [reloadAfter('work_mem', '8MB'), pipe('reload mycluster')]],
    [
      'restart',
      [
        terminal('restart mycluster 2', 'y'),
        pipe('restart mycluster 3'),
        terminal('restart mycluster mycluster-1', 'y'),
        pipe('restart mycluster'),
        pipe('restart mycluster --pending'),
      ],
    ],
    [
      'fencing',
      [
        terminal('fencing on mycluster 2', 'y'),
        terminal('fencing status mycluster'),
        terminal('fencing off mycluster 2', 'y'),
        pipe('fencing on mycluster 1'),
        pipe('fencing status mycluster'),
        pipe('fencing off mycluster 1'),
      ],
    ],
    [
      'maintenance',
      [
        terminal('maintenance set', 'default'),
        pipe('maintenance unset mycluster'),
        pipe('maintenance set'),
        terminal('maintenance unset mycluster'),
      ],
    ],
    [
      'destroy',
      [
        terminal('destroy mycluster 3', 'mycluster-3'),
        pipe('destroy mycluster 2'),
        terminal('destroy mycluster 1'),
        pipe('destroy mycluster 3 --keep-pvc --dry-run'),
      ],
    ],
    [
      'hibernate',
      [
        terminal('hibernate on mycluster', 'y'),
        terminal('hibernate status mycluster'),
        terminal('hibernate off mycluster', 'y'),
        pipe('hibernate status mycluster'),
        pipe('hibernate on mycluster'),
        pipe('hibernate off mycluster'),
      ],
    ],
  ] as const)('%s', async (change, steps) => expectGolden(`changes/${change}.txt`, await play(...steps)), 60_000)
})
