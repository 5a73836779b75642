import { describe, expect, it } from 'vitest'
import { ask, hasTerminal, mustAsk } from '../../src/plan/confirm.ts'
import type { Consent } from '../../src/plan/plan.ts'
import { fakeHost } from '../helpers/fake-host.ts'

const plain: Consent = { question: 'Promote x-2?', typed: null, always: null }
const typed: Consent = { question: 'Promote x-2?', typed: 'x-2', always: 'chooses x-2 by itself' }
const flags = { yes: false, confirm: false }

describe('the user is asked', () => {
  it.each([
    ['on a terminal', plain, flags, true, true],
    ['not with --yes', plain, { ...flags, yes: true }, true, false],
    ['not without a terminal', plain, flags, false, false],
    ['with --confirm', plain, { ...flags, confirm: true }, true, true],
    ['for the word', typed, flags, true, true],
    ['not for the word with --yes', typed, { ...flags, yes: true }, false, false],
  ])('%s', (_name, consent, asking, terminal, expected) => {
    expect(mustAsk(consent, asking, terminal)).toBe(expected)
  })

  it.each([
    ['--confirm without a terminal', plain, { yes: false, confirm: true }, /--confirm needs a terminal/],
    ['the word without a terminal', typed, flags, /chooses x-2 by itself, which needs a confirmation/],
    ['both flags', plain, { yes: true, confirm: true }, /contradict/],
  ])('in vain: %s', (_name, consent, asking, message) => {
    expect(() => mustAsk(consent, asking, false)).toThrow(message)
  })
})

describe('the answer', () => {
  it.each([
    [plain, 'y'],
    [plain, 'Y '],
    [plain, 'yes'],
    [typed, 'x-2'],
    [typed, ' x-2 '],
  ])('agrees: %o %s', async (consent, answer) => {
    await expect(ask(consent, fakeHost({ terminal: { columns: 80 }, answers: [answer] }))).resolves.toBeUndefined()
  })

  it.each([
    [plain, ''],
    [plain, 'n'],
    [plain, 'yep'],
    [typed, 'y'],
    [typed, 'x-1'],
    [typed, ''],
  ])('declines: %o %s', async (consent, answer) => {
    const asked = ask(consent, fakeHost({ terminal: { columns: 80 }, answers: [answer] }))
    await expect(asked).rejects.toMatchObject({ kind: 'refused', exitCode: 1, hint: 'Nothing was changed.' })
  })
})

it('a terminal is needed on both sides of a question', () => {
  expect(hasTerminal(fakeHost({ terminal: { columns: 80 } }))).toBe(true)
  expect(hasTerminal(fakeHost({ terminal: { columns: 80 }, isTTY: { stdin: false } }))).toBe(false)
  expect(hasTerminal(fakeHost({ terminal: { columns: 80 }, isTTY: { stdout: false } }))).toBe(true)
})
