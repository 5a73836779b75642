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
  /** Image of container `postgres`. */
  image: string
  /** Annotations besides the usual ones. */
  annotations?: Readonly<Record<string, string>>
  /** `waiting`: the container has not been started yet; default `running`. */
  stage?: Stage
}

/** Where container `postgres` stands. A manager answers only while it is `running`. */
export type Stage = 'waiting' | 'running' | 'stopped'

/** One instance pod: a live PostgreSQL server and what its instance manager would answer. */
export class LivePod implements PodBackend {
  readonly name: string
  readonly serial: number
  readonly wire: Wire
  readonly address: string
  readonly server: PostgresServer
  readonly uid = randomUUID()
  readonly image: string
  readonly createdAt = new Date()
  /** Annotations besides the usual ones. */
  annotations: Readonly<Record<string, string>>
  /** Other than the role that the cluster's primary implies; `none` before the operator has seen the instance. */
  role: 'unhealthy' | 'none' | undefined
  /** What goes wrong with this pod; assign to change it. */
  faults: PodFaults = {}
  /** Set when the manager holds the server down because of the annotation. */
  fenced = false
  /** Set while the manager restarts the server in its container. */
  restarting = false
  /** Whether the kubelet has been told to end the pod. */
  terminating = false
  /** The readiness probe has not succeeded yet, or has just failed, whatever the server does. */
  probing = false
  #sessionId: string = randomUUID()
  #stage: Stage
  #startedAt = new Date()
  #restarts = 0
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
    this.image = options.image
    this.annotations = { ...options.annotations }
    this.#stage = options.stage ?? 'running'
    this.#log = new PodLog(options.name, options.wire, options.server, options.log)
  }

  /** Whether the readiness probe has succeeded: the server runs, or the manager holds it down by order (recorded state fenced-one). */
  get ready(): boolean {
    return !this.#deleted && this.#stage === 'running' && !this.probing && (this.fenced || this.server.running)
  }

  /** New with every start of the manager. */
  get sessionId(): string {
    return this.#sessionId
  }

  get stage(): Stage {
    return this.#stage
  }

  /** Starts of the container after the first. */
  get restarts(): number {
    return this.#restarts
  }

  /** When the container was started last. */
  get startedAt(): Date {
    return this.#startedAt
  }

  /** The container starts, and with it the manager. Does nothing while it runs. */
  startContainer(): void {
    if (this.#stage === 'running') return
    if (this.#stage === 'stopped') {
      this.#restarts++
      this.#sessionId = randomUUID()
      this.#log.managerStarts()
    }
    this.#stage = 'running'
    this.#startedAt = new Date()
  }

  /** The container ends with the manager in it; the kubelet will start it again. */
  stopContainer(): void {
    this.#stage = 'stopped'
  }

  async http(request: PodHttpRequest): Promise<PodHttpResponse> {
    this.#present()
    this.#listening(request.port)
    return withFaults(this.faults, this.address, request, () =>
      managerResponse(this.server, this.state(), this.address, request),
    )
  }

  async exec(request: ExecRequest): Promise<number> {
    this.#present()
    if (this.#stage !== 'running') {
      throw new ConnectionFailure(
        `unable to upgrade connection: container not found ("${request.container ?? ''}")`,
        500,
      )
    }
    return runInPod({ ...this.#options, state: this.state(), faults: this.faults }, request)
  }

  async connect(port: number): Promise<Duplex> {
    this.#present()
    this.#listening(port)
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
    const { fenced, sessionId } = this
    return { pod: name, cluster, wire, fenced, held: fenced || this.restarting, sessionId }
  }

  /** The pod goes: followers of its log end, and nothing answers any more. */
  delete(): void {
    this.#deleted = true
    this.#log.close()
  }

  #listening(port: number): void {
    if (this.#stage !== 'running')
      throw new ConnectionFailure(`dial tcp ${this.address}:${port}: connect: connection refused`)
  }

  #present(): void {
    if (this.#deleted) throw new ConnectionFailure(`pods "${this.name}" not found`, 404)
  }
}
