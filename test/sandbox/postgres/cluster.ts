import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { LivePod } from '../instance/live-pod.ts'
import type { LivePodOptions } from '../instance/live-pod.ts'
import { Supervisor } from '../supervisor.ts'
import { chooseOwner, findBinaries, reachableBinaries, serverVersion, temporaryPrefix } from './binaries.ts'
import type { Binaries } from './binaries.ts'
import { bootstrap } from './bootstrap.ts'
import { defaultParameters, slotName } from './config.ts'
import type { Parameters, Wire } from './config.ts'
import { ClusterCredentials } from './credentials.ts'
import type { Dates } from './certificates.ts'
import { layoutOf } from './layout.ts'
import { createSlot, PostgresServer } from './server.ts'
import type { StopMode } from './server.ts'

export interface PostgresClusterOptions {
  name: string
  namespace: string
  /** Number of instances, 3 unless told otherwise. */
  instances?: number
  wire?: Wire
  /** Added to (or replacing) the default parameters. */
  parameters?: Parameters
  /** User rules of pg_hba.conf. */
  hbaRules?: readonly string[]
  /** Whether `postgres` has a password and its secret. Default: as the operator's version has it. */
  superuserAccess?: boolean
  /** Validity of the certificates, for instance to let them expire soon. */
  certificates?: Dates
  /** `own`: commands in pods use the sandbox's stand-in for psql even where the machine has the real one. */
  psql?: 'machine' | 'own'
  /** Image the pods show; by default the one of the servers' version. */
  image?: string
  /** Last number but one of the pods' addresses 10.244.N.x, so that clusters of one sandbox differ. */
  subnet?: number
}

/** How long a standby may take until it streams, in milliseconds. */
const streamingPatience = 15_000

/** How long a server that was stopped may take to stream again before it counts as parted from the primary's history. */
const rejoinPatience = 4000

/** Starts a cluster of real PostgreSQL servers: one primary and streaming standbys, each behind a `LivePod`. */
export async function startPostgresCluster(options: PostgresClusterOptions): Promise<PostgresCluster> {
  const owner = chooseOwner()
  const [binaries, credentials, supervisor] = await Promise.all([
    findBinaries(),
    ClusterCredentials.create(options.name, options.namespace, options.wire ?? '1.30.0', options.certificates),
    Supervisor.start(temporaryPrefix(owner), owner),
  ])
  const cluster = new PostgresCluster(
    options,
    supervisor,
    reachableBinaries(binaries, supervisor.folder, owner),
    credentials,
  )
  try {
    await cluster.begin(options.instances ?? 3)
    return cluster
  } catch (error) {
    await supervisor.stop()
    throw error
  }
}

/** The servers of one Cluster object and what is true of them. */
export class PostgresCluster {
  readonly name: string
  readonly namespace: string
  readonly wire: Wire
  readonly uid = randomUUID()
  readonly createdAt = new Date()
  readonly credentials: ClusterCredentials
  /** "18.4". */
  readonly version: string
  /** Pods that exist, by name. */
  readonly pods = new Map<string, LivePod>()
  /** Servers whose volume exists, by name; one may be without a pod. */
  readonly servers = new Map<string, PostgresServer>()
  readonly superuserAccess: boolean
  /** Called when the process of a server has ended although nobody has stopped it. */
  onCrash: (() => void) | undefined
  readonly #detached = new Map<string, PostgresServer>()
  #supervisor: Supervisor
  #binaries: Binaries
  #parameters: Parameters
  #hbaRules: readonly string[]
  #image: string
  #subnet: number
  #psql: 'machine' | 'own'
  #primary = ''
  #primarySince = new Date()
  #systemId = ''
  #timeline = 1
  #serial = 0
  #addresses = 30

  constructor(
    options: PostgresClusterOptions,
    supervisor: Supervisor,
    binaries: Binaries,
    credentials: ClusterCredentials,
  ) {
    this.name = options.name
    this.namespace = options.namespace
    this.wire = options.wire ?? '1.30.0'
    this.#parameters = { ...defaultParameters(this.wire), ...options.parameters }
    this.#hbaRules = options.hbaRules ?? []
    this.superuserAccess = options.superuserAccess ?? this.wire === '1.15.1'
    this.#subnet = options.subnet ?? 0
    this.#psql = options.psql ?? 'machine'
    this.#supervisor = supervisor
    this.#binaries = binaries
    this.credentials = credentials
    this.version = serverVersion(binaries)
    this.#image = options.image ?? `ghcr.io/cloudnative-pg/postgresql:${this.version}`
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

  get parameters(): Parameters {
    return this.#parameters
  }

  get hbaRules(): readonly string[] {
    return this.#hbaRules
  }

  /** The image that new pods get. The binaries are the same whatever it says. */
  get image(): string {
    return this.#image
  }

  set image(image: string) {
    this.#image = image
  }

  /** The sandbox's folder, gone after `stop`. */
  get folder(): string {
    return this.#supervisor.folder
  }

  /** Process id of the watcher that ends everything when this process is gone. */
  get supervisorPid(): number {
    return this.#supervisor.pid
  }

  /** The first primary and its standbys. Called once, by `startPostgresCluster`. */
  async begin(instances: number): Promise<void> {
    const first = this.#newServer(++this.#serial)
    await first.initialize()
    await first.start()
    await bootstrap(first, this.credentials, this.wire, this.superuserAccess)
    await this.#becamePrimary(first.name)
    this.#newPod(first)
    const others = Array.from({ length: instances - 1 }, () => this.#newServer(++this.#serial))
    await Promise.all(others.map((server) => this.#join(server)))
    for (const server of others) this.#newPod(server)
    await Promise.all(others.map((server) => this.waitStreaming(server.name)))
  }

  pod(name: string): LivePod {
    const pod = this.pods.get(name)
    if (pod === undefined) throw new Error(`there is no pod ${name}`)
    return pod
  }

  server(name: string): PostgresServer {
    const server = this.servers.get(name)
    if (server === undefined) throw new Error(`there is no instance ${name}`)
    return server
  }

  /** Orderly change of the primary: the old one is shut down, `to` promoted, all others follow it, the old one too. */
  async switchover(to: string): Promise<void> {
    const old = this.#primary
    if (old === to) return
    const streaming = await this.isStreaming(to)
    await this.server(old).stop('fast')
    await this.promote(to)
    // A primary that is shut down sends all it has to the standbys that stream; then it can follow without a copy.
    await (streaming ? this.rejoin(old) : this.rebuild(old))
  }

  /** Promotes an instance and lets all running standbys follow it. What was the primary is left as it is. */
  async promote(name: string): Promise<void> {
    const server = this.server(name)
    await server.promote()
    const client = await server.connect()
    try {
      await client.query(
        'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
        [slotName(name)],
      )
      for (const other of this.servers.keys()) if (other !== name) await createSlot(client, slotName(other))
    } finally {
      await client.end()
    }
    const old = this.#primary
    await this.#becamePrimary(name)
    for (const [other, standby] of this.servers) {
      if (other !== name && other !== old && standby.upstream !== undefined)
        await standby.follow(server, slotName(other))
    }
  }

  /** Starts an instance as a standby of the present primary; when its history has parted from the primary's it is copied anew. */
  async rejoin(name: string): Promise<void> {
    const server = this.server(name)
    await server.stop('fast')
    // Without a primary it starts and waits for one.
    if (!this.server(this.#primary).running) return server.start()
    await this.#slotFor(name)
    await server.follow(this.server(this.#primary), slotName(name))
    try {
      await server.start()
      await this.waitStreaming(name, rejoinPatience)
    } catch {
      await this.rebuild(name)
    }
  }

  /** Makes an instance anew as a copy of the primary, as after a crash, and waits until it streams. */
  async rebuild(name: string): Promise<void> {
    const server = this.server(name)
    await server.stop('immediate')
    await this.#join(server)
    await this.waitStreaming(name)
  }

  /** Restarts one server in its pod. */
  async restart(name: string, mode: StopMode = 'fast'): Promise<void> {
    await this.server(name).restart(mode)
  }

  /** Stops a server and keeps it down; its pod stays, no longer ready. */
  async fence(name: string): Promise<void> {
    this.pod(name).fenced = true
    await this.server(name).stop('fast')
  }

  async unfence(name: string): Promise<void> {
    await this.server(name).start()
    this.pod(name).fenced = false
  }

  /** The pod goes and its server stops; the volume stays. `immediate` is a pod that is killed. */
  async deletePod(name: string, mode: StopMode = 'fast'): Promise<void> {
    const pod = this.pod(name)
    await this.server(name).stop(mode)
    pod.delete()
    this.pods.delete(name)
  }

  /** A new pod on a volume that exists. A server that is not the primary follows it. */
  async createPod(name: string): Promise<LivePod> {
    const server = this.server(name)
    const pod = this.#newPod(server, 'end')
    await this.startServer(server.name)
    return pod
  }

  /** A new pod on a volume that exists, whose container does not run yet. */
  openPod(name: string, annotations: Readonly<Record<string, string>> = {}): LivePod {
    return this.#newPod(this.server(name), 'end', { annotations, stage: 'waiting' })
  }

  /** Starts the server of an instance: the primary as it is, any other following it. */
  async startServer(name: string): Promise<void> {
    await (name === this.#primary ? this.server(name).start() : this.rejoin(name))
  }

  /** Pod and volume go, and the slot on the primary. */
  async destroyInstance(name: string): Promise<void> {
    if (this.pods.has(name)) await this.deletePod(name)
    await this.server(name).remove()
    this.servers.delete(name)
    if (this.servers.get(this.#primary)?.running !== true) return
    const slot = slotName(name)
    await this.server(this.#primary).query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
      [slot],
    )
  }

  /** A further standby; resolves to its pod once it streams. */
  async addInstance(): Promise<LivePod> {
    const { name } = this.newVolume()
    await this.copyPrimary(name)
    const pod = this.#newPod(this.server(name))
    await this.startServer(name)
    return pod
  }

  /** Name of the next further instance. Serials are used again, except by operator 1.15.1 (recorded commands destroy.*). */
  nextInstance(): string {
    if (this.wire === '1.15.1') return `${this.name}-${this.#serial + 1}`
    let serial = 1
    while (this.servers.has(`${this.name}-${serial}`)) serial++
    return `${this.name}-${serial}`
  }

  /** An empty volume for the next further instance. */
  newVolume(): PostgresServer {
    const serial = Number(this.nextInstance().slice(this.name.length + 1))
    this.#serial = Math.max(this.#serial, serial)
    return this.#newServer(serial)
  }

  /** Names of volumes that were taken out of the cluster and kept. */
  get detached(): string[] {
    return [...this.#detached.keys()]
  }

  /** Takes a volume without a pod out of the cluster; its data stays. */
  detach(name: string): void {
    this.#detached.set(name, this.server(name))
    this.servers.delete(name)
  }

  /** Removes the data of a volume that was taken out. */
  async removeDetached(name: string): Promise<void> {
    await this.#detached.get(name)?.remove()
    this.#detached.delete(name)
  }

  /** Fills an empty volume with a copy of the primary, as a join job does. */
  async copyPrimary(name: string): Promise<void> {
    await this.server(name).cloneFrom(this.server(this.#primary), slotName(name))
  }

  /** New parameters on every instance; read at once, those that need a restart stay pending. */
  async configure(change: { parameters?: Parameters; hbaRules?: readonly string[] }): Promise<void> {
    this.#parameters = change.parameters ?? this.#parameters
    this.#hbaRules = change.hbaRules ?? this.#hbaRules
    for (const server of this.servers.values()) await server.configure(change)
  }

  /** Lets archiving fail, or work again, on every instance. */
  async failArchiving(fail: boolean): Promise<void> {
    const file = this.#archiveSwitch()
    await (fail ? writeFile(file, '') : rm(file, { force: true }))
  }

  /** Writes about so many bytes of WAL on the primary, into table `sandbox_load` of database `app`. */
  async generateWal(bytes: number): Promise<void> {
    const client = await this.server(this.#primary).connect({ database: 'app' })
    try {
      await client.query('CREATE TABLE IF NOT EXISTS sandbox_load (id bigserial, filler text)')
      await client.query('ALTER TABLE sandbox_load ALTER COLUMN filler SET STORAGE EXTERNAL')
      await client.query(
        'INSERT INTO sandbox_load (filler) SELECT repeat(md5(n::text), 32) FROM generate_series(1, $1::int) AS n',
        [Math.max(1, Math.ceil(bytes / 1200))],
      )
    } finally {
      await client.end()
    }
  }

  /** Whether the primary sends WAL to the instance, and that on the primary's own timeline. */
  async isStreaming(name: string): Promise<boolean> {
    const sent = await this.server(this.#primary).query(
      "SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'",
      [name],
    )
    if (sent.length === 0) return false
    // What parted from the primary's history still gets the end of the old timeline, again and again.
    const received = await this.server(name).query(
      "SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND received_tli = $1",
      [this.#timeline],
    )
    return received.length > 0
  }

  /** Resolves when the instance streams from the primary; rejects after the limit (milliseconds). */
  async waitStreaming(name: string, limit = streamingPatience): Promise<void> {
    const end = Date.now() + limit
    while (!(await this.isStreaming(name))) {
      if (Date.now() > end)
        throw new Error(`${name} does not stream from ${this.#primary}\n${await this.server(name).output()}`)
      await pause(20)
    }
  }

  /** Resolves when every running standby has replayed what the primary has written by now. */
  async waitReplayed(limit = streamingPatience): Promise<void> {
    const [row] = await this.server(this.#primary).query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
    const end = Date.now() + limit
    for (const [name, server] of this.servers) {
      if (name === this.#primary || !server.running) continue
      for (;;) {
        const [standby] = await server.query<{ done: boolean }>(
          'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done',
          [row?.lsn],
        )
        if (standby?.done === true) break
        if (Date.now() > end) throw new Error(`${name} has not replayed ${row?.lsn ?? ''}`)
        await pause(20)
      }
    }
  }

  /** Ends all servers and removes everything. Safe to call twice. */
  async stop(): Promise<void> {
    for (const pod of this.pods.values()) pod.delete()
    await this.#supervisor.stop()
  }

  async #becamePrimary(name: string): Promise<void> {
    this.#primary = name
    this.#primarySince = new Date()
    const [row] = await this.server(name).query<{ id: string; timeline: number }>(
      `SELECT system_identifier::text AS id, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int AS timeline
         FROM pg_control_system()`,
    )
    this.#systemId = row?.id ?? ''
    this.#timeline = row?.timeline ?? 1
  }

  async #slotFor(name: string): Promise<void> {
    const client = await this.server(this.#primary).connect()
    try {
      await createSlot(client, slotName(name))
    } finally {
      await client.end()
    }
  }

  async #join(server: PostgresServer): Promise<void> {
    await server.cloneFrom(this.server(this.#primary), slotName(server.name))
    await server.start()
  }

  #archiveSwitch(): string {
    return join(this.#supervisor.folder, 'archiving-fails')
  }

  #newServer(serial: number): PostgresServer {
    const name = `${this.name}-${serial}`
    const server = new PostgresServer({
      supervisor: this.#supervisor,
      binaries: this.#binaries,
      name,
      cluster: this.name,
      wire: this.wire,
      layout: layoutOf(this.#supervisor.folder, name, serial),
      files: this.credentials.serverFiles(),
      parameters: this.#parameters,
      hbaRules: this.#hbaRules,
      crashed: () => this.onCrash?.(),
      archiveCommand: `test ! -e '${this.#archiveSwitch()}'`,
    })
    this.servers.set(name, server)
    return server
  }

  #newPod(
    server: PostgresServer,
    log: 'beginning' | 'end' = 'beginning',
    more: Pick<LivePodOptions, 'annotations' | 'stage'> = {},
  ): LivePod {
    const pod = new LivePod({
      name: server.name,
      serial: Number(server.name.slice(this.name.length + 1)),
      cluster: this.name,
      namespace: this.namespace,
      wire: this.wire,
      address: `10.244.${this.#subnet}.${++this.#addresses}`,
      server,
      supervisor: this.#supervisor,
      psql: this.#psql,
      log,
      image: this.#image,
      ...more,
      tls: () => this.credentials.server,
    })
    this.pods.set(server.name, pod)
    return pod
  }
}
