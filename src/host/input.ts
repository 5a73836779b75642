import type { ReadStream } from 'node:tty'
import type { InputStream } from './types.ts'

export interface OpenInput extends InputStream {
  /** Leaves raw mode and lets the process end although stdin is still open. */
  release(): void
}

/** The process's stdin, opened at its first use. */
export function createInput(open: () => ReadStream): OpenInput {
  let opened: ReadStream | undefined
  const stream = () => (opened ??= open())
  const setRawMode = (on: boolean) => {
    if (stream().isTTY && stream().isRaw !== on) stream().setRawMode(on)
  }
  return {
    get isTTY() {
      return stream().isTTY === true
    },
    read: () => stream(),
    setRawMode,
    release() {
      if (opened === undefined) return
      setRawMode(false)
      opened.pause()
      // A pipe without an end would keep the process alive.
      opened.unref()
    },
  }
}
