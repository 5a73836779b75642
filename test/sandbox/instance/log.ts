import { statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as pause } from 'node:timers/promises'
import type { Wire } from '../postgres/config.ts'
import type { PostgresServer } from '../postgres/server.ts'
import type { LogRequest } from '../types.ts'
import { CsvLogReader } from './csv-log.ts'
import type { LogRecord } from './csv-log.ts'

interface Entry {
  at: Date
  line: string
}

/** How often a followed log is looked at, in milliseconds. */
const interval = 100

/**
 * The log of a pod's container `postgres`: JSON lines of the instance manager, among them PostgreSQL's own log, one record per line
 * (spec/commands-more.md 2.2). It begins with the pod, whatever the volume's log holds from before.
 */
export class PodLog {
  readonly #pod: string
  readonly #wire: Wire
  readonly #server: PostgresServer
  readonly #file: string
  readonly #entries: Entry[] = []
  readonly #reader = new CsvLogReader()
  #decoder = new StringDecoder('utf8')
  #offset: number
  #reading: Promise<void> = Promise.resolve()
  #closed = false

  constructor(pod: string, wire: Wire, server: PostgresServer, from: 'beginning' | 'end') {
    this.#pod = pod
    this.#server = server
    this.#file = join(server.layout.data, 'log', 'postgres.csv')
    this.#offset = from === 'beginning' ? 0 : sizeOf(this.#file)
    this.#wire = wire
    this.managerStarts()
  }

  /** The lines with which a manager begins. */
  managerStarts(): void {
    const wire = this.#wire
    const build = { Version: wire, Commit: 'sandbox', Date: wire === '1.15.1' ? '2022-05-27' : '2026-06-30' }
    this.write('info', 'instance-manager', 'Starting CloudNativePG Instance Manager', { version: wire, build })
    this.write('info', 'instance-manager', 'Starting webserver', { address: ':8000', hasTLS: wire !== '1.15.1' })
    this.write('info', 'instance-manager', 'Starting webserver', { address: ':9187', hasTLS: false })
  }

  /** Adds a line of the manager itself. */
  write(level: string, logger: string, message: string, fields: Readonly<Record<string, unknown>>): void {
    const at = new Date()
    this.#entries.push({
      at,
      line: JSON.stringify({ level, ts: stamp(at), msg: message, logger, logging_pod: this.#pod, ...fields }),
    })
  }

  /** Lines as the kubelet gives them out, without the newline. */
  async *read(request: LogRequest): AsyncGenerator<string> {
    // Looked at before reading, so that the last lines of a container that ends are not missed.
    let ended = this.#closed
    await this.#refresh()
    const since = sinceOf(request)
    let index = request.tailLines === undefined ? 0 : Math.max(0, this.#entries.length - request.tailLines)
    let left = request.limitBytes ?? Number.POSITIVE_INFINITY
    for (;;) {
      for (; index < this.#entries.length; index++) {
        const entry = this.#entries[index]
        if (entry === undefined || entry.at.getTime() < since) continue
        const line = request.timestamps ? `${stamp(entry.at)} ${entry.line}` : entry.line
        if (Buffer.byteLength(line) + 1 > left) {
          yield Buffer.from(line).subarray(0, left).toString()
          return
        }
        left -= Buffer.byteLength(line) + 1
        yield line
      }
      if (!request.follow || request.signal.aborted || ended) return
      await pause(interval, undefined, { signal: request.signal }).catch(() => undefined)
      ended = this.#closed
      await this.#refresh()
    }
  }

  /** The container ends: followers get what is there and then the end. */
  close(): void {
    this.#closed = true
  }

  async #refresh(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readOn())
    return this.#reading
  }

  async #readOn(): Promise<void> {
    const file = await open(this.#file, 'r').catch(() => undefined)
    if (file === undefined) return
    try {
      const { size } = await file.stat()
      if (size < this.#offset) this.#begin()
      const buffer = Buffer.alloc(65_536)
      while (this.#offset < size) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset)
        if (bytesRead === 0) break
        this.#offset += bytesRead
        for (const record of this.#reader.push(this.#decoder.write(buffer.subarray(0, bytesRead)))) this.#add(record)
      }
    } finally {
      await file.close()
    }
  }

  /** The server was copied anew, and its log with it. */
  #begin(): void {
    this.#offset = 0
    this.#decoder = new StringDecoder('utf8')
    this.#reader.reset()
  }

  #add(record: LogRecord): void {
    const parsed = new Date((record.log_time ?? '').replace(' UTC', 'Z').replace(' ', 'T'))
    const at = Number.isNaN(parsed.getTime()) ? new Date() : parsed
    const line = { level: 'info', ts: stamp(at), logger: 'postgres', msg: 'record', logging_pod: this.#pod, record }
    this.#entries.push({ at, line: this.#server.asInContainer(JSON.stringify(line)) })
  }
}

function sinceOf(request: LogRequest): number {
  if (request.sinceTime !== undefined) return Date.parse(request.sinceTime)
  return request.sinceSeconds === undefined ? 0 : Date.now() - request.sinceSeconds * 1000
}

/** With nine digits after the second, as the kubelet and the manager write times. */
function stamp(at: Date): string {
  return at.toISOString().replace('Z', '000000Z')
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
