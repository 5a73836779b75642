/**
 * Everything a command may know of the process it runs in. Only `host/` touches process, console and time;
 * tests hand in their own Host.
 */
export interface Host {
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly homeDir: string
  readonly platform: NodeJS.Platform
  /** True where nobody may be asked: programs that are started then have no terminal, not even by /dev/tty. */
  readonly unattended?: boolean
  readonly clock: Clock
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; the reason is a CliError of kind `interrupted`. */
  readonly signal: AbortSignal
  /**
   * Ctrl-C has no effect on us until the returned function is called: while a child process has the terminal it is that
   * one's affair.
   */
  ignoreInterrupts(): () => void
  /**
   * Has `act` called when the process ends before its commands could clean up: at a second signal, and at a crash. It must do
   * its work at once. Returns the way to withdraw it.
   */
  atAbruptEnd(act: () => void): () => void
  /** Colours for one stream; resolved once from `--color`, NO_COLOR, TERM and whether it is a terminal. */
  painter(stream: 'stdout' | 'stderr', choice: ColorChoice): Promise<Painter>
  /** Shows `text` on stderr when it is a terminal and the work outlasts 300 ms; elsewhere does nothing. */
  spinner(text: string): Spinner
  /** Asks on the terminal (stderr) and returns the line typed; rejects when stdin is no terminal. */
  ask(question: string): Promise<string>
  /** Takes the terminal over for pictures; nothing when stdout is no terminal or one that writes line by line only. */
  readonly openScreen: (events: ScreenEvents) => Screen | undefined
}

/** The whole terminal, until it is closed; on every way out of the process it is given back as it was. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  /** True when the terminal shows more than ASCII. */
  readonly unicode: boolean
  /** Replaces the picture: one line per row, without line feeds, not wider than the terminal. Rewrites only what differs. */
  show(lines: readonly string[]): Promise<void>
  close(): void
}

export interface ScreenEvents {
  /** A key was pressed: its character, or the escape sequence of a special one. Ctrl-C is a signal here too. */
  readonly onKey: (key: string) => void
  /** The picture is gone or no longer fits. */
  readonly onResize: () => void
}

export interface OutputStream {
  readonly isTTY: boolean
  /** Width in columns, of a terminal only. */
  readonly columns: number | undefined
  readonly rows: number | undefined
  /** Resolves when the text was handed to the system; a closed reader (EPIPE) is no error, later writes are dropped. */
  write(data: string | Uint8Array): Promise<void>
  /** True once the reader has gone away. */
  readonly closed: boolean
  /** Calls back when the terminal's size changes; returns the way to stop. */
  onResize(callback: () => void): () => void
}

export interface InputStream {
  readonly isTTY: boolean
  /** The bytes of stdin, once. */
  read(): AsyncIterable<Uint8Array>
  /** Switches raw mode of a terminal on or off; does nothing elsewhere. */
  setRawMode(on: boolean): void
}

export interface Clock {
  now(): Date
  /** Milliseconds from an arbitrary start, never going back. */
  monotonic(): number
  /** Waits `ms` milliseconds; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export type ColorChoice = 'auto' | 'always' | 'never'

/** How a piece of text is meant; a Painter turns it into escape codes or leaves it alone. */
export type Tone = 'plain' | 'title' | 'good' | 'warn' | 'bad' | 'note' | 'dim' | 'changed' | 'label' | 'accent'

export interface Painter {
  readonly enabled: boolean
  paint(tone: Tone, text: string): string
}

export interface Spinner {
  update(text: string): void
  stop(): void
}
