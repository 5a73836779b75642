import type { WriteStream } from 'node:tty'
import { CliError } from '../errors/cli-error.ts'
import type { OutputStream } from './types.ts'

/** Errors that mean the reader has gone, which is its right (`| head -1`). */
const READER_GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'])

/**
 * One of the process's output streams. It is opened at its first use, which costs milliseconds. Writes after the
 * reader has gone are dropped; any other failure (a full disk) rejects the write with CliError.
 */
export function createOutput(name: 'stdout' | 'stderr', open: () => WriteStream): OutputStream {
  let opened: WriteStream | undefined
  let closed = false
  let failure: NodeJS.ErrnoException | undefined

  /** EIO is a terminal that was closed; of a file it is a broken disk. */
  const readerGone = (code: string | undefined) => READER_GONE.has(code) || (code === 'EIO' && opened?.isTTY === true)

  const stream = (): WriteStream => {
    if (opened !== undefined) return opened
    opened = open()
    // Without a listener the error of a late write would end the process with a stack trace.
    opened.on('error', (error: NodeJS.ErrnoException) => {
      if (readerGone(error.code)) closed = true
      else failure = error
    })
    return opened
  }

  return {
    get isTTY() {
      return stream().isTTY === true
    },
    get columns() {
      return size(stream().columns)
    },
    get rows() {
      return size(stream().rows)
    },
    get closed() {
      return closed
    },
    write: (data) =>
      new Promise((resolve, reject) => {
        const target = stream()
        if (closed || data.length === 0) return resolve()
        if (failure !== undefined) return reject(cannotWrite(name, failure))
        target.write(data, (error) => {
          if (error === null || error === undefined) return resolve()
          if (!readerGone((error as NodeJS.ErrnoException).code)) return reject(cannotWrite(name, error))
          closed = true
          resolve()
        })
      }),
    onResize(callback) {
      const target = stream()
      target.on('resize', callback)
      return () => target.off('resize', callback)
    },
  }
}

/** A terminal that does not know its size reports 0. */
function size(value: number | undefined): number | undefined {
  return value === undefined || value === 0 ? undefined : value
}

function cannotWrite(name: string, cause: Error): CliError {
  return new CliError({
    kind: 'failed',
    message: `cannot write to ${name}`,
    hint: 'The output is incomplete. Look for a full disk or a quota where it is redirected to.',
    cause,
  })
}
