import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { RUNTIMES } from '../helpers/runtimes.ts'
import { onTerminal } from '../helpers/terminal.ts'

const program = fileURLToPath(new URL('programs/host.ts', import.meta.url))
const SHOW_CURSOR = '\u001b[?25h'
const HIDE_CURSOR = '\u001b[?25l'

describe.each(RUNTIMES)('on %s', (_name, runtime) => {
  const start = (task: string, argument = '', env?: NodeJS.ProcessEnv) =>
    onTerminal(runtime, [program, task, argument], env)

  describe('asking', () => {
    test.each([
      ['a line is the answer', 'mycluster\r', 0, 'answer: mycluster\r\n'],
      ['Ctrl-C is an interruption', '\u0003', 130, 'interrupted: interrupted by SIGINT'],
      ['Ctrl-D is no answer', '\u0004', 1, 'refused: no answer was given'],
    ])('%s', async (_name, keys, code, shown) => {
      const terminal = start('ask')
      await terminal.shows('Sure? ')
      terminal.type(keys)
      expect(await terminal.ended).toBe(code)
      expect(terminal.screen).toContain(shown)
    })
  })

  describe('the spinner', () => {
    test('comes after a while, shows no control characters, and leaves a clean line', async () => {
      const terminal = start('spin', '800')
      await terminal.shows('thinking \\x1b[31mhard')
      await terminal.shows('nearly there')
      expect(await terminal.ended).toBe(0)
      expect(terminal.screen.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(terminal.screen.lastIndexOf(HIDE_CURSOR))
      expect(terminal.screen).toContain('done\r\n')
    })

    test.each([
      ['C', /^[\0-\x7f]*thinking[\0-\x7f]*$/],
      ['C.UTF-8', /[\u2800-\u28ff]/],
    ])('is drawn with what the locale %s knows', async (locale, drawn) => {
      const terminal = start('spin', '600', { LC_ALL: locale })
      expect(await terminal.ended).toBe(0)
      expect(terminal.screen).toMatch(drawn)
    })

    test('stays away when the work is quick', async () => {
      const terminal = start('spin', '0')
      expect(await terminal.ended).toBe(0)
      expect(terminal.screen).toBe('done\r\n')
    })

    test('stays away on a terminal that cannot', async () => {
      const terminal = start('spin', '600', { TERM: 'dumb' })
      expect(await terminal.ended).toBe(0)
      expect(terminal.screen).toBe('done\r\n')
    })

    test('gives the cursor back when two signals end the program at once', async () => {
      const terminal = start('spin', '45000')
      await terminal.shows('thinking')
      terminal.type('\u0003')
      await terminal.shows('not listening')
      terminal.type('\u0003')
      expect(await terminal.ended).toBe(130)
      expect(terminal.screen.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(terminal.screen.lastIndexOf(HIDE_CURSOR))
    })
  })

  describe('colours', () => {
    const RED = '\u001b[31mx\u001b[39m'
    test.each([
      ['auto', {}, true],
      ['auto', { NO_COLOR: '1' }, false],
      ['auto', { NO_COLOR: '' }, true],
      ['auto', { TERM: 'dumb' }, false],
      ['never', {}, false],
      ['always', { NO_COLOR: '1' }, true],
    ])('--color=%s with %j: %s', async (choice, env, enabled) => {
      const terminal = start('paint', choice, env)
      expect(await terminal.ended).toBe(0)
      expect(JSON.parse(terminal.screen.trim())).toEqual({ enabled, bad: enabled ? RED : 'x' })
    })
  })

  test('the size follows the window', async () => {
    const terminal = start('size')
    await terminal.shows('80x24 tty true')
    terminal.resize(40, 10)
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen).toContain('40x10 tty true')
  })
})
