import type { WriteStream } from 'node:tty'
import { CliError } from '../errors/cli-error.ts'
import { isNoTerminal, writeAll } from './descriptor.ts'
import type { OutputStream } from './types.ts'

/** Errors that mean the reader has gone, which is its right (`| head -1`). */
const READER_GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'])

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const

/** Characters or bytes after which a stream has paid for itself: every write to a descriptor is handed to another thread. */
const MOST_DIRECT = 1024 * 1024

/**
 * One of the process's output streams. It is opened when it is needed, which costs milliseconds: on Bun, whose streams are
 * dear, that is for a terminal, which has to be written to at once, and for much output; else the descriptor is written to. (On Node a
 * write that waits there would keep the process from ending.) Writes after the reader has gone are dropped; any other
 * failure (a full disk) rejects the write with CliError.
 */
export function createOutput(name: 'stdout' | 'stderr', open: () => WriteStream): OutputStream {
  const descriptor = DESCRIPTORS[name]
  const noTerminal = isNoTerminal(descriptor)
  const direct = noTerminal && 'Bun' in globalThis && process.platform !== 'win32'
  let opened: WriteStream | undefined
  let closed = false
  /** The last of the writes to the descriptor: they go one after the other. */
  let last = Promise.resolve()
  let sent = 0
  let failure: NodeJS.ErrnoException | undefined

  /** EIO is a terminal that was closed; of a file it is a broken disk. */
  const readerGone = (code: string | undefined) => READER_GONE.has(code) || (code === 'EIO' && isTerminal())

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

  const isTerminal = (): boolean => !noTerminal && stream().isTTY === true

  const send = (data: string | Uint8Array): Promise<void> => {
    if (!direct) return writeTo(stream(), data)
    sent += data.length
    last = last
      .catch(() => undefined)
      .then(() => {
        if (closed) return undefined
        return sent > MOST_DIRECT ? writeTo(stream(), data) : writeAll(descriptor, data)
      })
    return last
  }

  return {
    get isTTY() {
      return isTerminal()
    },
    get columns() {
      return isTerminal() ? size(stream().columns) : undefined
    },
    get rows() {
      return isTerminal() ? size(stream().rows) : undefined
    },
    get closed() {
      return closed
    },
    async write(data) {
      if (closed || data.length === 0) return
      if (failure !== undefined) throw cannotWrite(name, failure)
      try {
        await send(data)
      } catch (error) {
        if (!readerGone((error as NodeJS.ErrnoException).code)) throw cannotWrite(name, error as Error)
        closed = true
      }
    },
    onResize(callback) {
      const target = stream()
      target.on('resize', callback)
      return () => target.off('resize', callback)
    },
  }
}

function writeTo(stream: WriteStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(data, (error) => {
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
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
