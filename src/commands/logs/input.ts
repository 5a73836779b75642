import { type FileHandle, open } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Host } from '../../host/types.ts'
import { CliError } from '../../errors/cli-error.ts'

/** Bytes that are read of a file at once. */
const PIECE = 256 * 1024

/**
 * The bytes of a file, or of stdin without a name or with `-`. A chunk is good until the next one is asked for. Throws
 * CliError when the file cannot be read, and the signal's reason.
 */
export function readInput(name: string | undefined, host: Host, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return name === undefined || name === '-' ? untilAborted(host.stdin.read(), signal) : readFile(name, host.cwd, signal)
}

async function* readFile(name: string, folder: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const piece = new Uint8Array(PIECE)
  let handle: FileHandle | undefined
  try {
    handle = await open(isAbsolute(name) ? name : join(folder, name))
    for (;;) {
      signal.throwIfAborted()
      const { bytesRead } = await handle.read(piece, 0, PIECE, null)
      if (bytesRead === 0) return
      yield piece.subarray(0, bytesRead)
    }
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    const hint = code === 'ENOENT' ? { hint: `The logs of a cluster: kubectl cnpg logs cluster ${name} --pretty` } : {}
    throw new CliError({ kind: 'config', message: `cannot read ${name}`, cause: error, ...hint })
  } finally {
    await handle?.close()
  }
}

/** The same chunks; throws the signal's reason when it aborts, also while none comes. */
async function* untilAborted(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const source = chunks[Symbol.asyncIterator]()
  let stop: () => void = () => undefined
  const onAbort = (): void => stop()
  signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      signal.throwIfAborted()
      // Raced anew each time: a promise that lasts would keep every chunk it was raced with.
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        stop = () => reject(signal.reason as Error)
        source.next().then(resolve, reject)
      })
      if (next.done === true) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
