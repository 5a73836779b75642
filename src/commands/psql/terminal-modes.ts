/** Private modes that programs switch on for themselves: keys, mouse, alternate screen, pasting. */
const SWITCHED_ON = new Set([
  '1',
  '9',
  '47',
  '1000',
  '1002',
  '1003',
  '1004',
  '1005',
  '1006',
  '1015',
  '1047',
  '1049',
  '2004',
])
/** Modes that programs switch off for themselves: line wrap and the cursor. */
const SWITCHED_OFF = new Set(['7', '25'])

const SEQUENCE = /\u001b(?:\[\?([\d;]+)([hl])|([=>]))/g
/** A beginning of such a sequence at the end of a piece. */
const UNFINISHED = /\u001b(?:\[(?:\?[\d;]*)?)?$/
const LONGEST = 32

/**
 * Follows the modes into which a remote program puts the terminal, so that they can be taken back when the program had no
 * chance to do so itself.
 */
export class TerminalModes {
  readonly #changed = new Map<string, string>()
  #tail = ''

  /** Looks at a piece of output. */
  see(chunk: Uint8Array): void {
    const text = this.#tail + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
    for (const [, modes, letter, keypad] of text.matchAll(SEQUENCE)) {
      if (keypad !== undefined) this.#note('keypad', keypad === '=', '\u001b>')
      for (const mode of modes?.split(';') ?? []) {
        if (SWITCHED_ON.has(mode)) this.#note(mode, letter === 'h', `\u001b[?${mode}l`)
        if (SWITCHED_OFF.has(mode)) this.#note(mode, letter === 'l', `\u001b[?${mode}h`)
      }
    }
    this.#tail = UNFINISHED.exec(text.slice(-LONGEST))?.[0] ?? ''
  }

  /** The sequences that take back what is still changed; empty when nothing is. */
  restore(): string {
    const sequences = [...this.#changed.values()].join('')
    this.#changed.clear()
    return sequences
  }

  #note(mode: string, changed: boolean, undo: string): void {
    if (changed) this.#changed.set(mode, undo)
    else this.#changed.delete(mode)
  }
}
