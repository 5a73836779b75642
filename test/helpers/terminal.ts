import { spawn } from '@lydell/node-pty'

export interface Terminal {
  /** Everything the screen received, escape sequences included. */
  readonly screen: string
  /** Resolves when the screen has received this text. */
  shows(text: string): Promise<void>
  type(keys: string): void
  resize(columns: number, rows: number): void
  /** Sends a signal to the program alone. */
  kill(signal: NodeJS.Signals): void
  /** The exit code. */
  readonly ended: Promise<number>
}

/** Runs a program on a pseudo-terminal, of 80 columns and 24 rows if not told otherwise. */
export function onTerminal(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  { columns, rows } = { columns: 80, rows: 24 },
): Terminal {
  const { NO_COLOR: _noColor, CI: _ci, ...inherited } = process.env
  const merged = { ...inherited, TERM: 'xterm', ...env }
  const child = spawn(command, [...args], { cols: columns, rows, env: merged, name: merged.TERM })
  const waiting: { text: string; resolve: () => void }[] = []
  let screen = ''
  child.onData((data) => {
    screen += data
    for (const { text, resolve } of waiting) if (screen.includes(text)) resolve()
  })
  const ended = new Promise<number>((resolve) => child.onExit(({ exitCode }) => resolve(exitCode)))
  return {
    get screen() {
      return screen
    },
    shows(text) {
      const shown = new Promise<void>((resolve) => waiting.push({ text, resolve }))
      if (screen.includes(text)) return Promise.resolve()
      const gone = ended.then(() => {
        if (!screen.includes(text)) throw new Error(`ended without "${text}": ${JSON.stringify(screen)}`)
      })
      return Promise.race([shown, gone])
    },
    type: (keys) => child.write(keys),
    kill: (signal) => child.kill(signal),
    resize: (columns, rows) => child.resize(columns, rows),
    ended,
  }
}
