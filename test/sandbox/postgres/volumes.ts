import type { PostgresServer } from './server.ts'

/** The volumes of a cluster: those of its instances, each with the server that lives on it, and those taken out and kept. */
export class Volumes {
  /** By name of the instance; one may be without a pod. */
  readonly servers = new Map<string, PostgresServer>()
  readonly #detached = new Map<string, PostgresServer>()
  readonly #cluster: string
  readonly #newServer: (name: string, serial: number) => PostgresServer
  readonly #reuseSerials: boolean
  #serial = 0

  /** `newServer` makes the server of an empty volume. */
  constructor(cluster: string, reuseSerials: boolean, newServer: (name: string, serial: number) => PostgresServer) {
    this.#cluster = cluster
    this.#reuseSerials = reuseSerials
    this.#newServer = newServer
  }

  get(name: string): PostgresServer {
    const server = this.servers.get(name)
    if (server === undefined) throw new Error(`there is no instance ${name}`)
    return server
  }

  /** Name of the next further instance. */
  next(): string {
    return `${this.#cluster}-${this.#nextSerial()}`
  }

  /** An empty volume for the next further instance. */
  add(): PostgresServer {
    const serial = this.#nextSerial()
    this.#serial = Math.max(this.#serial, serial)
    const server = this.#newServer(`${this.#cluster}-${serial}`, serial)
    this.servers.set(server.name, server)
    return server
  }

  /** Removes a volume and its data. */
  async remove(name: string): Promise<void> {
    await this.get(name).remove()
    this.servers.delete(name)
  }

  /** Names of volumes that were taken out of the cluster and kept. */
  get detached(): string[] {
    return [...this.#detached.keys()]
  }

  /** Takes a volume without a pod out of the cluster; its data stays. */
  detach(name: string): void {
    this.#detached.set(name, this.get(name))
    this.servers.delete(name)
  }

  /** Removes the data of a volume that was taken out. */
  async removeDetached(name: string): Promise<void> {
    await this.#detached.get(name)?.remove()
    this.#detached.delete(name)
  }

  #nextSerial(): number {
    if (!this.#reuseSerials) return this.#serial + 1
    let serial = 1
    while (this.servers.has(`${this.#cluster}-${serial}`)) serial++
    return serial
  }
}
