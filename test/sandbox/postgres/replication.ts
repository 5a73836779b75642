import { setTimeout as pause } from 'node:timers/promises'
import { slotName } from './config.ts'
import {
  arrangeSlots,
  createSlot,
  identityOf,
  isStreaming,
  streamingPatience,
  waitReplayed,
} from './replication-sql.ts'
import type { PostgresServer } from './server.ts'
import type { Volumes } from './volumes.ts'

/** How long a server that was stopped may take to stream again before it counts as parted from the primary's history. */
const rejoinPatience = 4000

/** Who of a cluster's servers is the primary, and how the others follow it. */
export class Replication {
  readonly #volumes: Volumes
  #primary = ''
  #primarySince = new Date()
  #systemId = ''
  #timeline = 1

  constructor(volumes: Volumes) {
    this.#volumes = volumes
  }

  /** Name of the instance that is primary, or was the last one. */
  get primary(): string {
    return this.#primary
  }

  get primarySince(): Date {
    return this.#primarySince
  }

  get systemId(): string {
    return this.#systemId
  }

  /** The primary's timeline. */
  get timeline(): number {
    return this.#timeline
  }

  get primaryServer(): PostgresServer {
    return this.#volumes.get(this.#primary)
  }

  /** Takes note that a server is the primary from now on. */
  async becamePrimary(server: PostgresServer): Promise<void> {
    this.#primary = server.name
    this.#primarySince = new Date()
    const { systemId, timeline } = await identityOf(server)
    this.#systemId = systemId
    this.#timeline = timeline
  }

  /** Fills an empty volume with a copy of the primary, as a join job does. */
  async copyPrimary(name: string): Promise<void> {
    await this.#volumes.get(name).cloneFrom(this.primaryServer, slotName(name))
  }

  /** Makes an instance a copy of the primary and starts it as its standby. */
  async join(name: string): Promise<void> {
    await this.copyPrimary(name)
    await this.#volumes.get(name).start()
  }

  /** Orderly change of the primary: the old one is shut down, `to` promoted, all others follow it, the old one too. */
  async switchover(to: string): Promise<void> {
    const old = this.#primary
    if (old === to) return
    const streaming = await this.isStreaming(to)
    await this.#volumes.get(old).stop('fast')
    await this.promote(to)
    // A primary that is shut down sends all it has to the standbys that stream; then it can follow without a copy.
    await (streaming ? this.rejoin(old) : this.rebuild(old))
  }

  /** Promotes an instance and lets all running standbys follow it. What was the primary is left as it is. */
  async promote(name: string): Promise<void> {
    const server = this.#volumes.get(name)
    await server.promote()
    await arrangeSlots(server, this.#volumes.servers.keys())
    const old = this.#primary
    await this.becamePrimary(server)
    for (const [other, standby] of this.#volumes.servers) {
      if (other !== name && other !== old && standby.upstream !== undefined)
        await standby.follow(server, slotName(other))
    }
  }

  /** Starts an instance as a standby of the present primary; when its history has parted from the primary's it is copied anew. */
  async rejoin(name: string): Promise<void> {
    const server = this.#volumes.get(name)
    await server.stop('fast')
    // Without a primary it starts and waits for one.
    if (!this.primaryServer.running) return server.start()
    await this.#makeSlot(name)
    await server.follow(this.primaryServer, slotName(name))
    try {
      await server.start()
      await this.waitStreaming(name, rejoinPatience)
    } catch {
      await this.rebuild(name)
    }
  }

  /** Makes an instance anew as a copy of the primary, as after a crash, and waits until it streams. */
  async rebuild(name: string): Promise<void> {
    await this.#volumes.get(name).stop('immediate')
    await this.join(name)
    await this.waitStreaming(name)
  }

  /** Whether the primary sends WAL to the instance, and that on the primary's own timeline. */
  async isStreaming(name: string): Promise<boolean> {
    return isStreaming(this.primaryServer, this.#volumes.get(name), this.#timeline)
  }

  /** Resolves when the instance streams from the primary; rejects after the limit (milliseconds). */
  async waitStreaming(name: string, limit = streamingPatience): Promise<void> {
    const end = Date.now() + limit
    while (!(await this.isStreaming(name))) {
      if (Date.now() > end)
        throw new Error(`${name} does not stream from ${this.#primary}\n${await this.#volumes.get(name).output()}`)
      await pause(20)
    }
  }

  /** Resolves when every running standby has replayed what the primary has written by now. */
  async waitReplayed(limit = streamingPatience): Promise<void> {
    const servers = [...this.#volumes.servers.values()]
    const standbys = servers.filter(({ name, running }) => name !== this.#primary && running)
    await waitReplayed(this.primaryServer, standbys, limit)
  }

  async #makeSlot(name: string): Promise<void> {
    const client = await this.primaryServer.connect()
    try {
      await createSlot(client, slotName(name))
    } finally {
      await client.end()
    }
  }
}
