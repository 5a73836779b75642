import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
import { generateWal } from './replication-sql.ts'
import { Replication } from './replication.ts'
import { PostgresServer } from './server.ts'
import type { StopMode } from './server.ts'
import { Volumes } from './volumes.ts'

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
  /** Of the Cluster object, where it is there already. */
  uid?: string
  /** Last number but one of the pods' addresses 10.244.N.x, so that clusters of one sandbox differ. */
  subnet?: number
}

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
  readonly uid: string
  readonly createdAt = new Date()
  readonly credentials: ClusterCredentials
  /** "18.4". */
  readonly version: string
  readonly volumes: Volumes
  /** Pods that exist, by name. */
  readonly pods = new Map<string, LivePod>()
  readonly superuserAccess: boolean
  /** Called when the process of a server has ended although nobody has stopped it. */
  onCrash: (() => void) | undefined
  readonly #replication: Replication
  #supervisor: Supervisor
  #binaries: Binaries
  #parameters: Parameters
  #hbaRules: readonly string[]
  #image: string
  #subnet: number
  #psql: 'machine' | 'own'
  #addresses = 30

  constructor(
    options: PostgresClusterOptions,
    supervisor: Supervisor,
    binaries: Binaries,
    credentials: ClusterCredentials,
  ) {
    this.name = options.name
    this.namespace = options.namespace
    this.uid = options.uid ?? randomUUID()
    this.wire = options.wire ?? '1.30.0'
    this.#parameters = { ...defaultParameters(this.wire), ...options.parameters }
    this.#hbaRules = options.hbaRules ?? []
    this.superuserAccess = options.superuserAccess ?? this.wire === '1.15.1'
    this.#subnet = options.subnet ?? 0
    this.#psql = options.psql ?? 'machine'
    this.#supervisor = supervisor
    this.#binaries = binaries
    this.credentials = credentials
    // Serials are used again, except by operator 1.15.1 (recorded commands destroy.*).
    this.volumes = new Volumes(this.name, this.wire !== '1.15.1', (name, serial) => this.#newServer(name, serial))
    this.#replication = new Replication(this.volumes)
    this.version = serverVersion(binaries)
    this.#image = options.image ?? `ghcr.io/cloudnative-pg/postgresql:${this.version}`
  }

  /** Name of the instance that is primary, or was the last one. */
  get primary(): string {
    return this.#replication.primary
  }

  get primarySince(): Date {
    return this.#replication.primarySince
  }

  get systemId(): string {
    return this.#replication.systemId
  }

  /** The primary's timeline. */
  get timeline(): number {
    return this.#replication.timeline
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

  /** Servers whose volume exists, by name; one may be without a pod. */
  get servers(): ReadonlyMap<string, PostgresServer> {
    return this.volumes.servers
  }

  /** The first primary and its standbys. Called once, by `startPostgresCluster`. */
  async begin(instances: number): Promise<void> {
    const first = this.volumes.add()
    await first.initialize()
    await first.start()
    await bootstrap(first, this.credentials, this.wire, this.superuserAccess)
    await this.#replication.becamePrimary(first)
    this.#newPod(first)
    const others = Array.from({ length: instances - 1 }, () => this.volumes.add())
    await Promise.all(others.map(({ name }) => this.#replication.join(name)))
    for (const server of others) this.#newPod(server)
    await Promise.all(others.map((server) => this.waitStreaming(server.name)))
  }

  pod(name: string): LivePod {
    const pod = this.pods.get(name)
    if (pod === undefined) throw new Error(`there is no pod ${name}`)
    return pod
  }

  server(name: string): PostgresServer {
    return this.volumes.get(name)
  }

  /** Orderly change of the primary: the old one is shut down, `to` promoted, all others follow it, the old one too. */
  async switchover(to: string): Promise<void> {
    await this.#replication.switchover(to)
  }

  /** Promotes an instance and lets all running standbys follow it. What was the primary is left as it is. */
  async promote(name: string): Promise<void> {
    await this.#replication.promote(name)
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
    await (name === this.primary ? this.server(name).start() : this.#replication.rejoin(name))
  }

  /** Pod and volume go, and the slot on the primary. */
  async destroyInstance(name: string): Promise<void> {
    if (this.pods.has(name)) await this.deletePod(name)
    await this.volumes.remove(name)
    if (this.servers.get(this.primary)?.running !== true) return
    const slot = slotName(name)
    await this.server(this.primary).query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
      [slot],
    )
  }

  /** A further standby; resolves to its pod once it streams. */
  async addInstance(): Promise<LivePod> {
    const { name } = this.volumes.add()
    await this.copyPrimary(name)
    const pod = this.#newPod(this.server(name))
    await this.startServer(name)
    return pod
  }

  /** Fills an empty volume with a copy of the primary, as a join job does. */
  async copyPrimary(name: string): Promise<void> {
    await this.#replication.copyPrimary(name)
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
    await generateWal(this.server(this.primary), bytes)
  }

  /** Whether the primary sends WAL to the instance, and that on the primary's own timeline. */
  async isStreaming(name: string): Promise<boolean> {
    return this.#replication.isStreaming(name)
  }

  /** Resolves when the instance streams from the primary; rejects after the limit (milliseconds). */
  async waitStreaming(name: string, limit?: number): Promise<void> {
    await this.#replication.waitStreaming(name, limit)
  }

  /** Resolves when every running standby has replayed what the primary has written by now. */
  async waitReplayed(limit?: number): Promise<void> {
    await this.#replication.waitReplayed(limit)
  }

  /** Ends all servers and removes everything. Safe to call twice. */
  async stop(): Promise<void> {
    for (const pod of this.pods.values()) pod.delete()
    await this.#supervisor.stop()
  }

  #archiveSwitch(): string {
    return join(this.#supervisor.folder, 'archiving-fails')
  }

  #newServer(name: string, serial: number): PostgresServer {
    return new PostgresServer({
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
