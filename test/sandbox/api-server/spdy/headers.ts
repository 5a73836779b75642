import { constants, createDeflate, createInflate } from 'node:zlib'
import type { Deflate, Inflate } from 'node:zlib'
import { DICTIONARY } from './dictionary.ts'

/** The compressed header blocks of one direction of a session; calls must come one after the other. */
class Codec {
  readonly #stream: Inflate | Deflate

  constructor(stream: Inflate | Deflate) {
    this.#stream = stream
  }

  async run(input: Uint8Array): Promise<Buffer> {
    const parts: Buffer[] = []
    const collect = (part: Buffer): void => void parts.push(part)
    this.#stream.on('data', collect)
    try {
      await new Promise<void>((resolve, reject) => {
        this.#stream.once('error', reject)
        this.#stream.write(input, () => this.#stream.flush(constants.Z_SYNC_FLUSH, () => resolve()))
      })
    } finally {
      this.#stream.off('data', collect)
    }
    return Buffer.concat(parts)
  }

  close(): void {
    this.#stream.close()
  }
}

/** Reads and writes the header blocks of a SPDY/3 session. */
export class HeaderBlocks {
  readonly #reader = new Codec(createInflate({ dictionary: DICTIONARY }))
  readonly #writer = new Codec(createDeflate({ dictionary: DICTIONARY }))

  /** Names in lower case. */
  async read(block: Uint8Array): Promise<Map<string, string>> {
    const bytes = await this.#reader.run(block)
    const headers = new Map<string, string>()
    let position = 4
    const next = (): string => {
      const length = bytes.readUInt32BE(position)
      position += 4 + length
      return bytes.toString('latin1', position - length, position)
    }
    for (let left = bytes.readUInt32BE(0); left > 0; left -= 1) headers.set(next().toLowerCase(), next())
    return headers
  }

  /** A block without headers. */
  async empty(): Promise<Buffer> {
    return this.#writer.run(Buffer.alloc(4))
  }

  close(): void {
    this.#reader.close()
    this.#writer.close()
  }
}
