import type { Duplex } from 'node:stream'
import { ByteQueue } from '../pods/byte-queue.ts'
import { HeaderBlocks } from './headers.ts'

const SYN_STREAM = 1
const SYN_REPLY = 2
const RST_STREAM = 3
const PING = 6
const GOAWAY = 7
const FLAG_FIN = 1
/** A frame's length has 24 bits; smaller ones let the streams take turns. */
const LARGEST_DATA = 32 * 1024

/** One stream that the client opened. */
export class SpdyStream {
  readonly headers: ReadonlyMap<string, string>
  /** What the client sends, until it closes its side. */
  readonly input = new ByteQueue()
  readonly #id: number
  readonly #send: (id: number, data: Uint8Array, fin: boolean) => Promise<void>
  #closed = false

  constructor(
    id: number,
    headers: ReadonlyMap<string, string>,
    send: (id: number, data: Uint8Array, fin: boolean) => Promise<void>,
  ) {
    this.#id = id
    this.headers = headers
    this.#send = send
  }

  async write(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length && !this.#closed; at += LARGEST_DATA)
      await this.#send(this.#id, data.subarray(at, at + LARGEST_DATA), false)
  }

  /** Closes our side. */
  async end(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#send(this.#id, new Uint8Array(), true)
  }
}

/**
 * The server's side of a SPDY/3.1 session, as far as Kubernetes uses it: streams that the client opens, no priorities and no
 * flow control of its own. Runs until the connection ends; never throws.
 */
export async function serveSpdy(connection: Duplex, accept: (stream: SpdyStream) => void): Promise<void> {
  const blocks = new HeaderBlocks()
  const streams = new Map<number, SpdyStream>()
  const write = (frame: Buffer): Promise<void> =>
    new Promise((resolve) => {
      if (connection.writable) connection.write(frame, () => resolve())
      else resolve()
    })
  const send = (id: number, data: Uint8Array, fin: boolean): Promise<void> => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(id)
    head.writeUInt32BE(data.length, 4)
    head.writeUInt8(fin ? FLAG_FIN : 0, 4)
    return write(Buffer.concat([head, data]))
  }
  const control = async (type: number, flags: number, payload: Buffer): Promise<boolean> => {
    if (type === GOAWAY) return false
    if (type === PING) await write(controlFrame(PING, payload))
    const id = payload.length >= 4 ? payload.readUInt32BE(0) & 0x7fffffff : 0
    if (type === RST_STREAM) streams.get(id)?.input.end()
    if (type !== SYN_STREAM) return true
    const stream = new SpdyStream(id, await blocks.read(payload.subarray(10)), send)
    streams.set(id, stream)
    if ((flags & FLAG_FIN) !== 0) stream.input.end()
    const number = Buffer.alloc(4)
    number.writeUInt32BE(id)
    await write(controlFrame(SYN_REPLY, Buffer.concat([number, await blocks.empty()])))
    accept(stream)
    return true
  }
  try {
    for await (const { head, payload } of framesOf(connection)) {
      const flags = head.readUInt8(4)
      if (head.readUInt8(0) >= 0x80) {
        if (!(await control(head.readUInt16BE(2), flags, payload))) break
        continue
      }
      const stream = streams.get(head.readUInt32BE(0))
      stream?.input.push(payload)
      if ((flags & FLAG_FIN) !== 0) stream?.input.end()
    }
  } catch {
    // The client broke off; its streams end below.
  } finally {
    for (const stream of streams.values()) stream.input.end()
    blocks.close()
  }
}

function controlFrame(type: number, payload: Buffer): Buffer {
  const head = Buffer.from([0x80, 3, 0, type, 0, 0, 0, 0])
  head.writeUIntBE(payload.length, 5, 3)
  return Buffer.concat([head, payload])
}

async function* framesOf(connection: Duplex): AsyncGenerator<{ head: Buffer; payload: Buffer }> {
  let rest = Buffer.alloc(0)
  for await (const chunk of connection) {
    rest = Buffer.concat([rest, chunk as Buffer])
    while (rest.length >= 8 && rest.length >= 8 + rest.readUIntBE(5, 3)) {
      const end = 8 + rest.readUIntBE(5, 3)
      yield { head: rest.subarray(0, 8), payload: rest.subarray(8, end) }
      rest = rest.subarray(end)
    }
  }
}
