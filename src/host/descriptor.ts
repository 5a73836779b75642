import { fstatSync, statSync, write } from 'node:fs'

/** How long a descriptor that takes nothing at the moment is left alone, in milliseconds. */
const FULL_PAUSE_MS = 5

/**
 * Writes all of it to a file descriptor, whether that blocks or not, while the event loop goes on. Rejects with the system's
 * error (EPIPE, ENOSPC …).
 */
export async function writeAll(fd: number, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  for (let done = 0; done < bytes.length;) {
    const written = await writeSome(fd, bytes, done)
    done += written
    if (written === 0) await new Promise((resolve) => setTimeout(resolve, FULL_PAUSE_MS))
  }
}

/** The bytes that were taken; 0 where whoever shares the descriptor has made it one that does not block, and it is full. */
function writeSome(fd: number, bytes: Uint8Array, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, from, bytes.length - from, null, (error, written) => {
      if (error === null) resolve(written)
      else if (error.code === 'EAGAIN') resolve(0)
      else reject(error)
    })
  })
}

/** True for pipes, files and /dev/null, told without opening a stream; false means that it may be a terminal. */
export function isNoTerminal(fd: number): boolean {
  try {
    const is = fstatSync(fd)
    return !is.isCharacterDevice() || is.rdev === statSync('/dev/null').rdev
  } catch {
    return false
  }
}
