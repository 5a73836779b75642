import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Wire } from '../postgres/config.ts'
import type { PostgresServer } from '../postgres/server.ts'
import { ConnectionFailure } from '../types.ts'
import type { ExecRequest, LogRequest, PodBackend, PodHttpRequest, PodHttpResponse } from '../types.ts'
import type { Supervisor } from '../supervisor.ts'
import { runInPod } from './exec.ts'
import { metricsPort, never, silent, statusPort, withFaults } from './faults.ts'
import type { PodFaults } from './faults.ts'
import { PodLog } from './log.ts'
import { webConnection } from './web-connection.ts'
import { managerResponse } from './web.ts'
import type { ManagerState } from './status.ts'

export interface LivePodOptions {
  name: string
  serial: number
  cluster: string
  namespace: string
  wire: Wire
  /** The pod's IP address as objects name it. */
  address: string
  server: PostgresServer
  supervisor: Supervisor
  /** Which psql answers: the machine's where it has one, or always the sandbox's own. */
  psql: 'machine' | 'own'
  /** `end` for a pod on a volume that has been used: its log is not that of the pod before. */
  log: 'beginning' | 'end'
  /** Certificate and key of the status port. */
  tls: () => { certificate: string; key: string }
}

/** One instance pod: a live PostgreSQL server and what its instance manager would answer. */
export class LivePod implements PodBackend {
  readonly name: string
  readonly serial: number
  readonly wire: Wire
  readonly address: string
  readonly server: PostgresServer
  readonly uid = randomUUID()
  /** New with every start of the manager. */
  readonly sessionId = randomUUID()
  readonly createdAt = new Date()
  /** What goes wrong with this pod; assign to change it. */
  faults: PodFaults = {}
  /** Set when the manager holds the server down because of the annotation. */
  fenced = false
  readonly #options: LivePodOptions
  readonly #log: PodLog
  #deleted = false

  constructor(options: LivePodOptions) {
    this.#options = options
    this.name = options.name
    this.serial = options.serial
    this.wire = options.wire
    this.address = options.address
    this.server = options.server
    this.#log = new PodLog(options.name, options.wire, options.server, options.log)
  }

  /** Whether the readiness probe would succeed. */
  get ready(): boolean {
    return !this.#deleted && this.server.running
  }

  async http(request: PodHttpRequest): Promise<PodHttpResponse> {
    this.#present()
    return withFaults(this.faults, this.address, request, () =>
      managerResponse(this.server, this.state(), this.address, request),
    )
  }

  async exec(request: ExecRequest): Promise<number> {
    this.#present()
    return runInPod({ ...this.#options, state: this.state(), faults: this.faults }, request)
  }

  async connect(port: number): Promise<Duplex> {
    this.#present()
    if (this.faults.reset?.includes(port) === true) throw new ConnectionFailure('connection reset by peer')
    if (silent(this.faults, port)) return never(AbortSignal.timeout(30_000))
    if (port === statusPort || port === metricsPort) return webConnection(this, port, this.#options.tls())
    if (port !== 5432 || !this.server.running) {
      throw new ConnectionFailure(`failed to connect to localhost:${port} inside namespace: connection refused`)
    }
    const socket = connect({ host: '127.0.0.1', port: this.server.port, noDelay: true })
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', (error) => reject(new ConnectionFailure(error.message)))
    })
    return socket
  }

  logs(request: LogRequest): AsyncIterable<string> {
    return this.#log.read(request)
  }

  /** Writes a line as the instance manager does, for instance about a promotion. */
  log(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#log.write('info', 'instance-manager', message, fields)
  }

  state(): ManagerState {
    const { name, cluster, wire } = this.#options
    return { pod: name, cluster, wire, fenced: this.fenced, sessionId: this.sessionId }
  }

  /** The pod goes: followers of its log end, and nothing answers any more. */
  delete(): void {
    this.#deleted = true
    this.#log.close()
  }

  #present(): void {
    if (this.#deleted) throw new ConnectionFailure(`pods "${this.name}" not found`, 404)
  }
}
