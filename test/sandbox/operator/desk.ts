import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiServer } from '../api-server/server.ts'
import { at, list, map, text } from '../api-server/objects.ts'
import type { StoredObject } from '../api-server/objects.ts'
import type { ResourceType } from '../api-server/resources.ts'
import type { LivePod } from '../instance/live-pod.ts'
import type { PostgresCluster } from '../postgres/cluster.ts'
import type { ObjectsOptions } from '../postgres/objects.ts'
import { micros } from '../postgres/objects/metadata.ts'
import { mergeConditions } from './conditions.ts'
import type { Condition } from './conditions.ts'
import { Annotation, Phase } from './phases.ts'
import { Publisher } from './publisher.ts'

/** What goes wrong on purpose. */
export interface OperatorFaults {
  /** Milliseconds that a promotion takes longer. */
  promotionDelay: number
  /** The next switchover that is asked for is taken back at once. */
  rollBackNext: boolean
  /** kB/s at which a joining instance gets its copy; 0 is as fast as can be. */
  joinRate: number
  /** kB/s at which base backups are made; 0 is as fast as can be. */
  backupRate: number
  /** Base backups fail, as when the object store refuses them. */
  failBackups: boolean
}

/** Ends whatever the operator does when the sandbox ends. */
export class Stopped extends Error {}

/** What all steps of the operator share: the objects of one cluster, its servers, and how to say what goes on. */
export class Desk {
  readonly api: ApiServer
  readonly cluster: PostgresCluster
  readonly faults: OperatorFaults = {
    promotionDelay: 0,
    rollBackNext: false,
    joinRate: 0,
    backupRate: 0,
    failBackups: false,
  }
  /** Milliseconds of a pause between two steps. */
  pace: number
  /** Jobs of the cluster that are there, by name. */
  readonly jobs = new Set<string>()
  /** Volumes that a job is filling. */
  readonly initializing = new Set<string>()
  /** The user has asked for a restart of the primary in its container. */
  restartAsked = false
  readonly #publisher: Publisher
  readonly #end = new AbortController()
  #phase: string
  #reason: string | undefined
  #writing = false

  constructor(api: ApiServer, cluster: PostgresCluster, objects: ObjectsOptions, pace: number) {
    this.api = api
    this.cluster = cluster
    this.pace = pace
    this.#phase = objects.phase ?? Phase.healthy
    this.#reason = objects.phaseReason
    this.#publisher = new Publisher(api, cluster, objects)
  }

  get stopped(): boolean {
    return this.#end.signal.aborted
  }

  stop(): void {
    this.#end.abort()
  }

  /** Whether the change that is being told of is the operator's own. */
  get writing(): boolean {
    return this.#writing
  }

  /** Whether operator 1.15.1 is played. */
  get old(): boolean {
    return this.cluster.wire === '1.15.1'
  }

  get type(): ResourceType {
    return this.api.store.resource('Cluster', 'postgresql.cnpg.io')
  }

  /** The Cluster as it is stored; undefined when it has been deleted. */
  get object(): StoredObject | undefined {
    return this.api.store.get(this.type, this.cluster.namespace, this.cluster.name)
  }

  annotation(name: string): string {
    return text(this.object, 'metadata', 'annotations', name)
  }

  spec(...path: string[]): unknown {
    return at(this.object, 'spec', ...path)
  }

  /** `status.targetPrimary`. */
  get wantedPrimary(): string {
    return text(this.object, 'status', 'targetPrimary')
  }

  get phase(): string {
    return this.#phase
  }

  /** The phase as it is stored, which others write too. */
  get storedPhase(): string {
    return text(this.object, 'status', 'phase')
  }

  get primaryPod(): LivePod | undefined {
    return this.cluster.pods.get(this.cluster.primary)
  }

  /** Names of the instances that are fenced by the annotation; all of them for `*`. What cannot be read fences nothing. */
  get fenced(): ReadonlySet<string> {
    try {
      const names: unknown = JSON.parse(this.annotation(Annotation.fenced) || '[]')
      if (!Array.isArray(names)) return new Set()
      return new Set(names.includes('*') ? this.cluster.servers.keys() : (names as string[]))
    } catch {
      return new Set()
    }
  }

  /** A phase begins. */
  enter(phase: string, reason?: string): void {
    this.#phase = phase
    this.#reason = reason
    this.publish()
  }

  /** The phase of the present operator, for reasons that only newer ones know: the older goes on with the phase it has. */
  enterWaiting(reason: string): void {
    if (this.old) this.publish()
    else this.enter(Phase.waiting, reason)
  }

  /** Brings all objects up to date. */
  publish(): void {
    if (this.stopped) throw new Stopped()
    this.#write(() =>
      this.#publisher.publish({
        phase: this.#phase,
        ...(this.#reason === undefined ? {} : { phaseReason: this.#reason }),
        jobs: this.jobs.size,
        initializing: [...this.initializing],
        maintenance:
          this.spec('nodeMaintenanceWindow', 'inProgress') === true &&
          this.spec('nodeMaintenanceWindow', 'reusePVC') !== false,
      }),
    )
  }

  /** Puts an object in, as the operator's own write. */
  put(object: StoredObject): void {
    this.#write(() => this.api.store.put(object))
  }

  /** Alters an object of the cluster's namespace, if it is there, as the operator's own write. */
  change(kind: string, name: string, alter: (object: StoredObject) => void, group?: string): void {
    const { store } = this.api
    const type = store.resource(kind, group)
    const { namespace } = this.cluster
    if (store.get(type, namespace, name) !== undefined) this.#write(() => store.update(type, namespace, name, alter))
  }

  /** Takes an object of the cluster's namespace away, if it is there, as the operator's own write. */
  remove(kind: string, name: string): void {
    const { store } = this.api
    this.#write(() => store.remove(store.resource(kind), this.cluster.namespace, name))
  }

  /** Writes into the Cluster's status. */
  setStatus(change: (status: Record<string, unknown>) => void): void {
    if (this.object === undefined) return
    const { namespace, name } = this.cluster
    this.#write(() =>
      this.api.store.update(this.type, namespace, name, (object) => {
        const status = map(object, 'status')
        change(status)
        object['status'] = status
      }),
    )
  }

  /** Says who is to be primary. */
  setTarget(name: string): void {
    const now = new Date()
    this.setStatus((status) => {
      status['targetPrimary'] = name
      status['targetPrimaryTimestamp'] = this.old ? now.toISOString().replace(/\.\d+Z$/, 'Z') : micros(now)
    })
  }

  condition(type: string): Condition | undefined {
    return (list(this.object, 'status', 'conditions') as Condition[]).find((condition) => condition.type === type)
  }

  setCondition(condition: Condition): void {
    const now = this.api.store.timestamp()
    this.setStatus((status) => {
      const wanted = { lastTransitionTime: now, ...condition }
      status['conditions'] = mergeConditions(list(status, 'conditions') as Condition[], [wanted], now)
    })
  }

  removeCondition(type: string): void {
    this.setStatus((status) => {
      status['conditions'] = (list(status, 'conditions') as Condition[]).filter((condition) => condition.type !== type)
    })
  }

  /** An Event of the Cluster, as `kubectl describe` shows it. */
  event(reason: string, message: string, kind: 'Normal' | 'Warning' = 'Normal'): void {
    const { name, namespace } = this.cluster
    const now = this.api.store.timestamp()
    this.put({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace },
      involvedObject: {
        kind: 'Cluster',
        namespace,
        name,
        uid: this.cluster.uid,
        apiVersion: 'postgresql.cnpg.io/v1',
        resourceVersion: this.object?.metadata.resourceVersion ?? '',
      },
      reason,
      message,
      source: { component: 'cloudnative-pg' },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type: kind,
      eventTime: null,
      reportingComponent: 'cloudnative-pg',
      reportingInstance: '',
    })
  }

  /** Lets so many steps' time pass, so that what was published can be seen. Throws Stopped at the end of the sandbox. */
  async pause(steps = 1): Promise<void> {
    await this.sleep(steps * this.pace)
  }

  async sleep(milliseconds: number): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal: this.#end.signal })
    } catch {
      throw new Stopped()
    }
  }

  /** Resolves when something holds, looking again and again; rejects with the message after the limit (milliseconds). */
  async until(holds: () => boolean | Promise<boolean>, message: string, limit = 30_000): Promise<void> {
    const end = Date.now() + limit
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(message)
      await this.sleep(20)
    }
  }

  #write(change: () => void): void {
    const before = this.#writing
    this.#writing = true
    try {
      change()
    } finally {
      this.#writing = before
    }
  }
}
