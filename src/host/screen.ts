import type { OpenInput } from './input.ts'
import { showsUnicode } from './locale.ts'
import type { OutputStream, Screen, ScreenEvents } from './types.ts'

/** What the screen needs of the process it runs in. */
export type ScreenProcess = Pick<NodeJS.Process, 'on' | 'prependListener' | 'off' | 'kill' | 'pid' | 'platform' | 'env'>

export interface ScreenParts {
  output: OutputStream
  input: OpenInput
  process: ScreenProcess
  /** Called for a Ctrl-C, which is a key while the screen is open. */
  readonly interrupt: () => void
}

const CSI = '\u001b['
/** Another buffer than the one with the user's history, no cursor, and no line that flows over into the next. */
const ENTER = `${CSI}?1049h${CSI}?25l${CSI}?7l${CSI}H${CSI}2J`
const LEAVE = `${CSI}?7h${CSI}?25h${CSI}?1049l`
/** Terminals that know it hold their picture until the end of the frame; the others ignore it. */
const [HOLD, RELEASE] = [`${CSI}?2026h`, `${CSI}?2026l`]
const CTRL_C = '\u0003'
const CTRL_Z = '\u001a'
/** Time to be stopped in; a process that the system does not stop goes on after it. */
const STOP_MS = 50

/** Takes the terminal over. `close` and every end of the process that runs its exit handlers give it back. */
export function openScreen({ output, input, process, interrupt }: ScreenParts, events: ScreenEvents): Screen {
  let shown: readonly string[] = []
  let entered = false
  let resume: NodeJS.Timeout | undefined

  const rows = () => output.rows ?? 24
  // A terminal that has gone needs nothing any more.
  const put = (text: string) => void output.write(text).catch(() => undefined)
  const enter = () => {
    entered = true
    shown = []
    if (input.isTTY) input.setRawMode(true)
    put(ENTER)
  }
  const leave = () => {
    if (!entered) return
    entered = false
    if (input.isTTY) input.setRawMode(false)
    // Consoles without a second buffer keep the picture: the prompt goes below it. A terminal is written at once.
    put(`${CSI}${rows()};1H\r\n${LEAVE}`)
  }
  /** Ctrl-Z: back to the shell until the user comes back. */
  const suspend = () => {
    if (process.platform === 'win32') return
    leave()
    process.off('SIGTSTP', suspend)
    process.kill(process.pid, 'SIGTSTP')
    resume = setTimeout(() => {
      process.on('SIGTSTP', suspend)
      enter()
      events.onResize()
    }, STOP_MS)
  }
  const press = (text: string) => {
    for (const key of text.startsWith('\u001b') ? [text] : text) {
      if (key === CTRL_C) interrupt()
      else if (key === CTRL_Z) suspend()
      else events.onKey(key)
    }
  }

  enter()
  process.on('exit', leave)
  // Before the listener that reports the defect: its words belong on the user's own screen.
  process.prependListener('uncaughtException', leave)
  if (process.platform !== 'win32') process.on('SIGTSTP', suspend)
  const stopInput = input.isTTY ? input.onInput(press) : () => undefined
  const stopResize = output.onResize(() => {
    shown = []
    if (entered) put(`${CSI}2J`)
    events.onResize()
  })

  return {
    get columns() {
      return output.columns ?? 80
    },
    get rows() {
      return rows()
    },
    unicode: showsUnicode(process.env, process.platform),
    async show(lines) {
      if (!entered) return
      const next = lines.slice(0, rows())
      const frame = difference(shown, next, output.columns ?? 80)
      shown = next
      if (frame !== '') await output.write(`${HOLD}${frame}${RELEASE}`)
    },
    close() {
      clearTimeout(resume)
      stopResize()
      stopInput()
      leave()
      process.off('exit', leave)
      process.off('uncaughtException', leave)
      process.off('SIGTSTP', suspend)
    },
  }
}

/** What to write so that a terminal with one picture shows the other. */
function difference(from: readonly string[], to: readonly string[], columns: number): string {
  const changed = to.map((line, row) => {
    if (line === from[row]) return ''
    // On a full line the cursor stands on the last character, which erasing would take away.
    const erase = plainLength(line) < columns ? `${CSI}K` : ''
    return `${CSI}${row + 1};1H${line}${erase}`
  })
  const surplus = from.length > to.length ? `${CSI}${to.length + 1};1H${CSI}J` : ''
  return `${changed.join('')}${surplus}`
}

function plainLength(line: string): number {
  return line.replace(/\u001b\[[\d;]*m/g, '').length
}
