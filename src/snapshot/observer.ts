import type { Cluster } from '../api/cluster.ts'
import type { Connection } from '../api/connection.ts'
import type { Pod } from '../api/pod.ts'
import type { ClusterSnapshot, InstanceReading } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { Session } from '../kube/session.ts'
import { limitTime } from '../kube/time-limit.ts'
import { Bell } from './bell.ts'
import type { Followers, Following } from './follow.ts'
import { follow } from './follow.ts'
import type { SnapshotOptions, SnapshotRequest } from './gather.ts'
import { gatherCluster, INSTANCE_TIMEOUT_MS } from './gather.ts'
import type { WayMemory } from './instances.ts'
import { gatherInstances } from './instances.ts'
import { LiveCluster } from './live-cluster.ts'
import { NodeReader } from './nodes.ts'
import { partOf } from './parts.ts'
import { ruleOf } from './rules.ts'

export interface ObserverOptions extends Omit<SnapshotOptions, 'memory'> {
  /** Milliseconds from the start of one round to that of the next. */
  intervalMs: number
  /** Milliseconds for one round; undefined: no limit. */
  roundMs: number | undefined
  /** Called whenever there may be something new to see. */
  onUpdate(): void
}

/** Everything around the Cluster, its pods and the instances' own status changes slowly and is read again after this time. */
const FULL_MS = 10_000
/** News of pods bring that forward to so many milliseconds later: budgets and poolers follow them. */
const FULL_AFTER_NEWS_MS = 2000
/** An event brings the next round forward, to no less than this after the one before. */
const SHORTEST_PAUSE_MS = 500
/** Tries to reach a server that is gone are never farther apart than this or the interval. */
const LONGEST_PAUSE_MS = 5000

/**
 * Keeps one cluster's picture up to date: watches tell at once what happens to the Cluster and its pods, and rounds, one
 * after the other, ask the instances. While nothing can be reached the last picture stays.
 */
export class ClusterObserver {
  readonly #session: Session
  readonly #request: SnapshotRequest
  readonly #options: ObserverOptions
  readonly #bell = new Bell()
  readonly #memory: WayMemory = {}
  #live: LiveCluster | undefined
  #connection: Connection = { state: 'live' }
  #rounds = 0
  #heardAt = ''
  #failures = 0
  #started = 0
  #fullAt = 0
  /** When all is to be read again because of news. */
  #fullDue = Infinity
  #watches: { stop: AbortController; running: Following } | undefined
  /** Version of the Cluster that a round saw and the watch should have told of by the next one. */
  #expected = 0
  /** Version of the Cluster that the watch told of last. */
  #told = 0
  #defect: { error: unknown } | undefined

  constructor(session: Session, request: SnapshotRequest, options: ObserverOptions) {
    this.#session = session
    this.#request = request
    this.#options = options
  }

  get connection(): Connection {
    return this.#connection
  }

  /** When the last round that brought answers ended, ISO 8601. */
  get heardAt(): string {
    return this.#heardAt
  }

  /** Rounds that brought answers. */
  get rounds(): number {
    return this.#rounds
  }

  /** The newest picture, with ages as of now. Only after `start`. */
  get snapshot(): ClusterSnapshot {
    if (this.#live === undefined) throw new Error('the observer has not started')
    return this.#live.at(this.#now())
  }

  /** The first round. Throws as `gatherCluster` does: what cannot be read at all cannot be watched. */
  async start(): Promise<void> {
    await this.#limited((signal) => this.#fullRound(signal))
    this.#heard()
  }

  /** All further rounds, until the signal aborts: rejects with its reason, or with a defect. */
  async run(): Promise<never> {
    const { clock, signal } = this.#options
    this.#follow()
    try {
      for (;;) {
        await this.#pause()
        if (this.#defect !== undefined) throw this.#defect.error
        this.#started = clock.monotonic()
        await this.#round()
        this.#options.onUpdate()
      }
    } finally {
      this.#watches?.stop.abort(signal.reason)
    }
  }

  async #pause(): Promise<void> {
    const { clock, signal, intervalMs } = this.#options
    const since = () => clock.monotonic() - this.#started
    // A server that is down is not to be hurried by events, of which there are none.
    const usual = Math.max(intervalMs, Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#failures))
    const patience = Math.min(usual, this.#fullDue - this.#started)
    const least = Math.min(SHORTEST_PAUSE_MS, intervalMs)
    await this.#bell.wait(Math.max(least, patience - since()), clock, signal)
    if (since() < least) await clock.sleep(least - since(), signal)
  }

  async #round(): Promise<void> {
    const { clock, signal } = this.#options
    const now = clock.monotonic()
    const full = this.#connection.state === 'live' && (now - this.#fullAt >= FULL_MS || now >= this.#fullDue)
    try {
      await this.#limited((limit) => (full ? this.#fullRound(limit) : this.#quickRound(limit)))
      this.#heard()
      this.#reached()
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (!(error instanceof CliError)) throw error
      this.#missed(error)
    }
  }

  /** Reads everything, as a single report would. */
  async #fullRound(signal: AbortSignal): Promise<void> {
    const { clock, clientVersion } = this.#options
    const options = { clock, signal, clientVersion, memory: this.#memory }
    const podNews = this.#live?.podNews ?? 0
    this.#fullDue = Infinity
    const snapshot = await gatherCluster(this.#session, this.#request, options)
    await this.#verify(snapshot.instances, signal)
    if (this.#live === undefined) this.#live = new LiveCluster(snapshot)
    else this.#live.replace(snapshot, podNews)
    this.#fullAt = clock.monotonic()
  }

  /** Reads the Cluster, by which the connection is known to live, and asks the instances. */
  async #quickRound(signal: AbortSignal): Promise<void> {
    const live = this.#live as LiveCluster
    const { clock } = this.#options
    const { namespace, instanceTimeoutMs = INSTANCE_TIMEOUT_MS, via } = this.#request
    const cluster = await this.#readCluster(signal)
    live.setCluster(cluster)
    if (this.#watches?.running.pods !== true) live.setPods(await this.#readPods(namespace, signal))
    this.#checkWatch(cluster)
    if (via === 'none') return
    const nodes = new NodeReader(this.#session, { clock, signal })
    const pods = live.instancePods
    const readings = await gatherInstances(this.#session, cluster, pods, {
      clock,
      signal,
      timeoutMs: instanceTimeoutMs,
      ...(via === undefined ? {} : { via }),
      memory: this.#memory,
      nodeOut: (name) => nodes.out(name),
      metrics: false,
    })
    await this.#verify(readings, signal)
    live.setReadings(pods, readings)
  }

  #readCluster(signal: AbortSignal): Promise<Cluster> {
    const { namespace, name } = this.#request
    return this.#session.getJson<Cluster>(pathOf(Resources.clusters, { namespace, name }), { signal, retries: 0 })
  }

  #readPods(namespace: string, signal: AbortSignal): Promise<LiveCluster['pods']> {
    const labelSelector = `cnpg.io/cluster=${this.#request.name}`
    const list = this.#session.listAll<Pod>(pathOf(Resources.pods, { namespace }), { labelSelector, signal })
    return partOf(
      list.then(({ items }) => items),
      { clock: this.#options.clock, rule: ruleOf(Resources.pods, 'list') },
    )
  }

  /** Instances that fell silent all of a sudden may be well, and the way to the API server broken. Throws when it is. */
  async #verify(readings: readonly InstanceReading[], signal: AbortSignal): Promise<void> {
    const silent = readings.some(({ pod, status }) => !status.ok && this.#live?.answered(pod) === true)
    if (silent) await this.#readCluster(signal)
  }

  /** A connection that died without a word leaves a watch deaf while requests still come through. */
  #checkWatch(cluster: Cluster): void {
    if (this.#watches?.running.cluster !== true) return
    if (this.#expected > this.#told) this.#follow()
    this.#expected = Number(cluster.metadata.resourceVersion ?? 0)
  }

  /** Starts the watches, anew where there were any. */
  #follow(): void {
    this.#watches?.stop.abort()
    const stop = new AbortController()
    const { signal } = this.#options
    this.#expected = 0
    this.#watches = {
      stop,
      running: follow(
        this.#session,
        this.#request,
        this.#followers(stop.signal),
        AbortSignal.any([signal, stop.signal]),
      ),
    }
  }

  #followers(over: AbortSignal): Followers {
    const live = this.#live as LiveCluster
    const changed = () => {
      this.#bell.ring()
      this.#options.onUpdate()
    }
    const unlessOver =
      <A extends unknown[]>(act: (...values: A) => void) =>
      (...values: A) => {
        if (over.aborted) return
        act(...values)
        changed()
      }
    return {
      onCluster: unlessOver((cluster) => {
        if (cluster === undefined) return this.#deleted()
        this.#told = Number(cluster.metadata.resourceVersion ?? 0)
        live.setCluster(cluster)
      }),
      onPods: unlessOver((pods) => live.setPods({ ok: true, value: pods, at: this.#now(), via: 'api' })),
      onPod: unlessOver((pod, deleted) => {
        if (deleted) live.removePod(pod)
        else live.setPod(pod)
        this.#fullDue = Math.min(this.#fullDue, this.#options.clock.monotonic() + FULL_AFTER_NEWS_MS)
      }),
      onTrouble: changed,
      onDefect: (error) => {
        this.#defect = { error }
        this.#bell.ring()
      },
    }
  }

  #heard(): void {
    this.#rounds += 1
    this.#heardAt = this.#now()
  }

  #reached(): void {
    const before = this.#connection
    this.#failures = 0
    this.#connection = { state: 'live' }
    if (before.state !== 'lost') return
    // What happened in between was missed, and the watches may still be waiting for their next try.
    this.#fullAt = -Infinity
    this.#follow()
    this.#bell.ring()
  }

  #missed(error: CliError): void {
    if (error.kind === 'missing') return this.#deleted()
    this.#failures += 1
    this.#fullDue = Infinity
    const since = this.#connection.state === 'lost' ? this.#connection.since : this.#now()
    const { message: reason, hint } = error
    this.#connection = { state: 'lost', since, reason, ...(hint === undefined ? {} : { hint }) }
  }

  #deleted(): void {
    if (this.#connection.state !== 'deleted') this.#connection = { state: 'deleted', since: this.#now() }
  }

  async #limited<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal, roundMs } = this.#options
    const limit = limitTime(signal, roundMs, () => tooLate(roundMs ?? 0))
    try {
      return await work(limit.signal)
    } finally {
      limit.clear()
    }
  }

  #now(): string {
    return this.#options.clock.now().toISOString()
  }
}

function tooLate(ms: number): CliError {
  return new CliError({
    kind: 'timeout',
    message: `no answer within ${ms / 1000} s`,
    hint: 'Give each round more time with --timeout.',
  })
}
