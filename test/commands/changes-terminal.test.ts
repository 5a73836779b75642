import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onTerminal } from '../helpers/terminal.ts'
import { startLive } from './support/changes.ts'
import type { Live } from './support/changes.ts'
import { kubeconfigFile, program } from './support/program.ts'
import type { Place } from './support/program.ts'

const CTRL_C = '\u0003'

let live: Live
let place: Place
beforeAll(async () => {
  live = await startLive()
  place = await kubeconfigFile(live.sandbox.kubeconfigFor('admin', { namespace: 'default' }))
}, 60_000)
afterAll(async () => {
  await place.remove()
  await live.sandbox.close()
})

const start = (...words: string[]) => onTerminal(process.execPath, [...program, ...words], { ...place.env })
const claim = () =>
  live.sandbox.store.get(live.sandbox.store.resource('PersistentVolumeClaim'), 'default', 'mycluster-3')

describe('on a real terminal', () => {
  it('the name of an instance that is to be destroyed has to be typed', async () => {
    const before = claim()?.metadata.uid
    const wrong = start('destroy', 'mycluster', '3')
    await wrong.shows('Type mycluster-3 to go on:')
    wrong.type('yes\r')
    expect(await wrong.ended).toBe(1)
    expect(wrong.screen).toContain('not confirmed: the answer was not mycluster-3')
    const left = start('destroy', 'mycluster', '3')
    await left.shows('Type mycluster-3 to go on:')
    left.type(CTRL_C)
    expect(await left.ended).toBe(130)
    expect(claim()?.metadata.uid).toBe(before)
    const right = start('destroy', 'mycluster', '3')
    await right.shows('Type mycluster-3 to go on:')
    right.type('mycluster-3\r')
    expect(await right.ended).toBe(0)
    expect(right.screen).toContain('Instance mycluster-3 of cluster mycluster is destroyed')
    expect(claim()?.metadata.uid).not.toBe(before)
    await live.settled()
  }, 60_000)

  it('Ctrl-C while it is waited for says what was sent and how to undo it', async () => {
    live.operator.pause()
    const terminal = start('fencing', 'on', 'mycluster', '2')
    await terminal.shows('[y/N]')
    terminal.type('y\r')
    await terminal.shows('fencing of mycluster-2 requested')
    await terminal.shows('PostgreSQL still runs')
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(130)
    expect(terminal.screen).toContain('Already accepted: fencing of mycluster-2 requested.')
    expect(terminal.screen).toContain('To undo it: kubectl cnpg fencing off mycluster mycluster-2')
    const hasty = start('fencing', 'on', 'mycluster', '2')
    await hasty.shows('PostgreSQL still runs')
    hasty.type(`${CTRL_C}${CTRL_C}`)
    await hasty.ended
    expect(hasty.screen).toContain('To follow it: kubectl cnpg fencing status mycluster')
    live.operator.resume()
    await live.settled()
  }, 60_000)
})
