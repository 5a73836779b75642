import type { ReadStream } from 'node:tty'
import type { InputStream } from './types.ts'

export interface OpenInput extends InputStream {
  /** Hands over what is typed as it comes; returns the way to stop. */
  onInput(callback: (text: string) => void): () => void
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
    onInput(callback) {
      const source = stream()
      const pass = (chunk: Buffer) => callback(chunk.toString())
      source.on('data', pass)
      return () => {
        source.off('data', pass)
        source.pause()
      }
    },
    release() {
      if (opened === undefined) return
      setRawMode(false)
      opened.pause()
      // A pipe without an end would keep the process alive; a file has an end and no such handle.
      if (typeof opened.unref === 'function') opened.unref()
    },
  }
}
