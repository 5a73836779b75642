import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { SupervisedProcess, Supervisor } from '../supervisor.ts'
import { streamBaseBackup } from './base-backup.ts'
import type { BackupPoint } from './base-backup.ts'
import type { Binaries } from './binaries.ts'
import { initdbArguments, serverArguments, serverEnvironment } from './command-lines.ts'
import { customConf, hbaConf, identConf, overrideConf } from './config.ts'
import type { CustomConf, Parameters, Upstream, Wire } from './config.ts'
import { copyDataDirectory, exists, makeFolder, writeOwned } from './files.ts'
import { freePort } from './free-port.ts'
import { toContainer } from './layout.ts'
import type { Layout } from './layout.ts'
import { createSlot } from './replication-sql.ts'

/** How PostgreSQL is told to stop. `immediate` is a crash as far as the data is concerned. */
export type StopMode = 'smart' | 'fast' | 'immediate'

const signals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

export interface ServerFiles {
  'server.crt': string
  'server.key': string
  'server-ca.crt': string
  'client-ca.crt': string
  'streaming_replica.crt': string
  'streaming_replica.key': string
}

export interface ServerOptions {
  supervisor: Supervisor
  binaries: Binaries
  /** Name of the pod, and application name as a standby. */
  name: string
  cluster: string
  wire: Wire
  layout: Layout
  files: ServerFiles
  parameters: Parameters
  hbaRules: readonly string[]
  archiveCommand: string
  /** Called when the server's process has ended although nobody has stopped it. */
  crashed?: () => void
}

/** How long a server may take to start or stop before it counts as hung, in milliseconds. */
const patience = 30_000

/** One PostgreSQL server: its data directory, its process and connections to it over the private socket. */
export class PostgresServer {
  readonly name: string
  readonly layout: Layout
  #options: ServerOptions
  #process: SupervisedProcess | undefined
  #pool: pg.Pool | undefined
  #stopping = false
  #crashed = false
  #port = 0
  #upstream: Upstream | undefined
  #slot: string | undefined
  #configuration: CustomConf = { file: '', shown: '', hash: '' }

  constructor(options: ServerOptions) {
    this.#options = options
    this.name = options.name
    this.layout = options.layout
  }

  /** The TCP port on 127.0.0.1. It stays the same over restarts unless something else has taken it. */
  get port(): number {
    return this.#port
  }

  get running(): boolean {
    return this.#process !== undefined
  }

  /** Whether the server has ended by itself since it was started last. */
  get crashed(): boolean {
    return this.#crashed
  }

  /** Process id of the postmaster, 0 when it is down. */
  get pid(): number {
    return this.#process?.pid ?? 0
  }

  get parameters(): Parameters {
    return this.#options.parameters
  }

  get hbaRules(): readonly string[] {
    return this.#options.hbaRules
  }

  /** custom.conf as last written. */
  get configuration(): CustomConf {
    return this.#configuration
  }

  get upstream(): Upstream | undefined {
    return this.#upstream
  }

  /** Makes an empty database cluster. */
  async initialize(): Promise<void> {
    const { supervisor, binaries, layout } = this.#options
    await this.#makeFolders()
    await this.#explaining(
      supervisor.run({
        file: binaries.initdb,
        args: initdbArguments(layout),
        env: serverEnvironment,
        log: layout.output,
      }),
    )
    const conf = join(layout.data, 'postgresql.conf')
    const text = await readFile(conf, 'utf8')
    await writeOwned(
      conf,
      `${text}\n# load CloudNativePG configuration\ninclude 'custom.conf'\ninclude 'override.conf'\n`,
      supervisor.owner,
    )
    await this.#writeConfiguration()
  }

  /** Makes this server's data directory as a copy of a running one (design: a base backup through SQL), ready to start as its standby. */
  async cloneFrom(source: PostgresServer, slot: string | undefined, label = `${this.name}-join`): Promise<void> {
    const { supervisor, layout } = this.#options
    await this.#makeFolders()
    await rm(layout.data, { recursive: true, force: true })
    const client = await source.connect({ application_name: label })
    try {
      if (slot !== undefined) await createSlot(client, slot)
      await client.query('SELECT pg_backup_start($1, true)', [label])
      await copyDataDirectory(source.layout.data, layout.data, supervisor.owner)
      const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)')
      await writeOwned(join(layout.data, 'backup_label'), rows[0]?.labelfile ?? '', supervisor.owner)
    } finally {
      await client.end()
    }
    await this.follow(source, slot)
  }

  /** Makes this server a standby of another one: at its next start when it is down, at once when it is a running standby. */
  async follow(primary: PostgresServer, slot: string | undefined): Promise<void> {
    this.#upstream = { host: '127.0.0.1', port: primary.port, certificates: this.layout.certificates }
    this.#slot = slot
    await this.#writeConfiguration()
    await writeOwned(join(this.layout.data, 'standby.signal'), '', this.#options.supervisor.owner)
    if (this.running) await this.signal('SIGHUP')
  }

  /** Starts the server and waits until it accepts connections. Does nothing when it runs. */
  async start(): Promise<void> {
    if (this.running) return
    const { supervisor } = this.#options
    await this.#makeFolders()
    await this.#writeConfiguration()
    for (let attempt = 1; ; attempt++) {
      if (attempt > 1 || this.#port === 0) this.#port = await freePort()
      try {
        return await supervisor.holding(this.#startOnce())
      } catch (error) {
        // Between the choice of a port and its use another process may have taken it.
        const taken = (await this.output()).includes('Address already in use')
        if (!taken || attempt === 5) throw error
        await rm(this.layout.output, { force: true })
      }
    }
  }

  /** Stops the server and waits for its end. Does nothing when it is down. */
  async stop(mode: StopMode = 'fast'): Promise<void> {
    const running = this.#process
    if (running === undefined) return
    this.#stopping = true
    // Sessions of our own would keep a smart shutdown waiting for ever.
    await this.#closePool()
    await this.signal(signals[mode])
    const limit = pause(patience, 'late' as const, { ref: false })
    if ((await this.#options.supervisor.holding(Promise.race([running.exited, limit]))) === 'late') {
      throw new Error(`${this.name}: PostgreSQL did not stop within ${patience / 1000} s (${mode})`)
    }
  }

  async restart(mode: StopMode = 'fast'): Promise<void> {
    await this.stop(mode)
    await this.start()
  }

  /** Ends recovery and waits until the server takes writes; then it has a new timeline. */
  async promote(): Promise<void> {
    await this.query('SELECT pg_promote(true, 30)')
    // The control file names the new timeline from the next checkpoint on.
    await this.query('CHECKPOINT')
    this.#upstream = undefined
    this.#slot = undefined
    await this.#writeConfiguration()
  }

  /** Replaces parameters and rules of access, and has them read. What needs a restart stays pending, as in PostgreSQL. */
  async configure(change: { parameters?: Parameters; hbaRules?: readonly string[] }): Promise<void> {
    this.#options = { ...this.#options, ...change }
    await this.#writeConfiguration()
    if (this.running) await this.signal('SIGHUP')
  }

  /** Writes new certificates; the server reads them at once. */
  async renewCertificates(files: ServerFiles): Promise<void> {
    this.#options = { ...this.#options, files }
    await this.#writeConfiguration()
    if (this.running) await this.signal('SIGHUP')
  }

  /** Sends a signal to the postmaster. */
  async signal(name: NodeJS.Signals): Promise<void> {
    if (this.#process !== undefined) process.kill(this.#process.pid, name)
  }

  /** A statement as superuser over the private socket. Rejects when the server does not answer. */
  async query<R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    const { rows } = await this.#connections().query<R>(text, values)
    return rows
  }

  /** A connection of one's own, as superuser over the private socket unless told otherwise. The caller ends it. */
  async connect(config: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ ...this.address(), ...config })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  /** Streams a base backup and throws it away; see `streamBaseBackup`. */
  async streamBaseBackup(name: string, rate?: number): Promise<{ begin: BackupPoint; end: BackupPoint }> {
    return streamBaseBackup(this, this.#options.files, name, rate)
  }

  /** Where the private socket is. */
  address(): { host: string; port: number; user: string; database: string } {
    return { host: this.layout.run, port: this.#port, user: 'postgres', database: 'postgres' }
  }

  /** Text of a program with the paths and the port of a real container, so that nothing shows where the sandbox lies. */
  asInContainer(text: string): string {
    return toContainer(this.layout, text)
      .replaceAll(`.s.PGSQL.${this.#port}`, '.s.PGSQL.5432')
      .replaceAll(`port ${this.#port}`, 'port 5432')
  }

  /** What the server wrote before its log collector ran. */
  async output(): Promise<string> {
    return readFile(this.layout.output, 'utf8').catch(() => '')
  }

  async remove(): Promise<void> {
    await this.stop('immediate')
    await rm(this.layout.volume, { recursive: true, force: true })
  }

  #connections(): pg.Pool {
    this.#pool ??= new pg.Pool({
      ...this.address(),
      application_name: 'cnpg-instance-manager',
      max: 3,
      idleTimeoutMillis: 2000,
      connectionTimeoutMillis: 5000,
      allowExitOnIdle: true,
    })
    if (this.#pool.listenerCount('error') === 0) this.#pool.on('error', () => undefined)
    return this.#pool
  }

  async #closePool(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    await pool?.end()
  }

  async #startOnce(): Promise<void> {
    const { supervisor, binaries, layout } = this.#options
    const started = await supervisor.spawn({
      file: binaries.postgres,
      args: serverArguments(layout, this.#port, this.#options.archiveCommand),
      env: serverEnvironment,
      log: layout.output,
    })
    this.#process = started
    this.#stopping = false
    this.#crashed = false
    void started.exited.then(() => {
      if (this.#process === started) this.#process = undefined
      void this.#closePool()
      if (this.#stopping) return
      this.#crashed = true
      this.#options.crashed?.()
    })
    await this.#explaining(this.#ready(started))
  }

  /** The eighth line of postmaster.pid says how far the server is. */
  async #ready(started: SupervisedProcess): Promise<void> {
    const end = Date.now() + patience
    const file = join(this.layout.data, 'postmaster.pid')
    for (;;) {
      if (this.#process !== started) throw new Error('PostgreSQL ended while it was starting')
      const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
      if (lines[0] === String(started.pid) && lines[7]?.trim() === 'ready') return
      if (Date.now() > end) throw new Error(`PostgreSQL did not accept connections within ${patience / 1000} s`)
      await pause(10)
    }
  }

  async #explaining<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      const log = await readFile(join(this.layout.data, 'log', 'postgres.csv'), 'utf8').catch(() => '')
      throw new Error(`${this.name}: ${(error as Error).message}\n${await this.output()}${log.slice(-2000)}`, {
        cause: error,
      })
    }
  }

  async #makeFolders(): Promise<void> {
    const { supervisor, layout } = this.#options
    const folders = [layout.volume, layout.certificates, layout.run, join(layout.controller, 'tmp')]
    for (const folder of folders) await makeFolder(folder, supervisor.owner)
  }

  async #writeConfiguration(): Promise<void> {
    const { supervisor, layout, cluster, parameters, wire, hbaRules, files } = this.#options
    if (!(await exists(layout.data))) return
    this.#configuration = customConf(cluster, parameters)
    const texts = {
      'custom.conf': this.#configuration.file,
      'override.conf': overrideConf(cluster, this.name, this.#slot, this.#upstream),
      'pg_hba.conf': hbaConf(wire, hbaRules),
      'pg_ident.conf': identConf,
    }
    for (const [name, text] of Object.entries(texts)) await writeOwned(join(layout.data, name), text, supervisor.owner)
    for (const [name, text] of Object.entries(files))
      await writeOwned(join(layout.certificates, name), text as string, supervisor.owner)
  }
}
