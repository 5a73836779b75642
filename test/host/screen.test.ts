import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { showsUnicode } from '../../src/host/locale.ts'
import { RUNTIMES } from '../helpers/runtimes.ts'
import { onTerminal, type Terminal } from '../helpers/terminal.ts'
import { screenOf } from '../helpers/virtual-screen.ts'

const program = fileURLToPath(new URL('programs/screen.ts', import.meta.url))

/** Alternate buffer left, cursor and folding back, keys as before. */
function expectRestored({ screen }: Terminal): void {
  for (const mode of ['?1049', '?25', '?7']) {
    const [on, off] = mode === '?1049' ? ['l', 'h'] : ['h', 'l']
    expect(screen.lastIndexOf(`\u001b[${mode}${on}`)).toBeGreaterThan(screen.lastIndexOf(`\u001b[${mode}${off}`))
  }
  const states = screen.match(/[0-9a-f]+(?::[0-9a-f]+){10,}/g) ?? []
  expect(states).toHaveLength(2)
  expect(states[1]).toBe(states[0])
}

describe.each(RUNTIMES)('on %s', (_name, runtime) => {
  /** Runs the program below a shell that tells the terminal's state before and after, as a user would find it. */
  function start(end = ''): Terminal {
    const script = 'stty -g; "$@"; code=$?; stty -g; exit $code'
    return onTerminal('/bin/sh', ['-c', script, 'sh', runtime, program, end])
  }

  describe('the screen is given back', () => {
    test('at the normal end', async () => {
      const terminal = start()
      await terminal.shows('picture')
      expect(screenOf(terminal.screen, 80, 24).slice(0, 3)).toEqual(['first', 'picture', ''])
      terminal.type('q')
      expect(await terminal.ended).toBe(0)
      expectRestored(terminal)
    })

    test('after Ctrl-C, which is a key here', async () => {
      const terminal = start()
      await terminal.shows('picture')
      terminal.type('\u0003')
      expect(await terminal.ended).toBe(130)
      expectRestored(terminal)
    })

    test('after a second Ctrl-C, when the first one is not obeyed', async () => {
      const terminal = start('deaf')
      await terminal.shows('picture')
      terminal.type('\u0003')
      terminal.type('\u0003')
      expect(await terminal.ended).toBe(130)
      expectRestored(terminal)
    })

    test('when the program ends itself', async () => {
      const terminal = start('exit')
      expect(await terminal.ended).toBe(3)
      expectRestored(terminal)
    })

    test.each([
      ['throw', 'a defect'],
      ['reject', 'a forgotten promise'],
    ])('before a crash is told of (%s)', async (end, message) => {
      const terminal = start(end)
      expect(await terminal.ended).toBe(1)
      expectRestored(terminal)
      expect(terminal.screen.indexOf(`crash: ${message}`)).toBeGreaterThan(terminal.screen.lastIndexOf('\u001b[?1049l'))
    })
  })

  describe('while it is open', () => {
    test('only lines that differ are written again', async () => {
      const terminal = start()
      await terminal.shows('picture')
      expect(terminal.screen.match(/first/g)).toHaveLength(1)
      terminal.type('q')
      await terminal.ended
    })

    test('keys come one by one, and special ones whole', async () => {
      const terminal = start()
      await terminal.shows('picture')
      terminal.type('\u001b[A')
      await terminal.shows('key "\\u001b[A"')
      terminal.type('q')
      await terminal.ended
    })

    test('a new size is told, and the picture drawn anew', async () => {
      const terminal = start()
      await terminal.shows('picture')
      terminal.resize(50, 10)
      await terminal.shows('resized 50x10')
      terminal.type('q')
      await terminal.ended
    })

    test('Ctrl-Z goes back to the shell until the user comes back', async () => {
      const terminal = onTerminal('/bin/bash', ['--norc', '--noprofile', '-i'], { PS1: 'prompt ' })
      terminal.type(`${runtime} ${program}\r`)
      await terminal.shows('picture')
      terminal.type('\u001a')
      await terminal.shows('Stopped')
      expect(terminal.screen.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(terminal.screen.lastIndexOf('\u001b[?1049h'))
      terminal.type('fg; exit\r')
      await terminal.shows('resized 80x24')
      expect(terminal.screen.lastIndexOf('\u001b[?1049h')).toBeGreaterThan(terminal.screen.lastIndexOf('\u001b[?1049l'))
      terminal.type('q')
      await terminal.ended
      expect(terminal.screen.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(terminal.screen.lastIndexOf('\u001b[?1049h'))
    })
  })
})

test.each([
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'C' }, false],
  [{ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }, false],
  [{ LC_ALL: '', LC_CTYPE: 'C.utf8' }, true],
  [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, false],
  [{ LANG: 'en_US.UTF-8', TERM: 'dumb' }, false],
  [{}, false],
])('more than ASCII in %j: %s', (env, expected) => {
  expect(showsUnicode(env, 'linux')).toBe(expected)
})
