import type { ApiServer } from '../api-server/server.ts'
import { text } from '../api-server/objects.ts'
import type { Change } from '../api-server/store.ts'
import type { PostgresCluster } from '../postgres/cluster.ts'
import type { ObjectsOptions } from '../postgres/objects.ts'
import { Desk, Stopped } from './desk.ts'
import type { OperatorFaults } from './desk.ts'
import { Backups } from './backups.ts'
import { Kubelet } from './kubelet.ts'
import { Annotation, Phase } from './phases.ts'
import { Schedules } from './schedules.ts'
import { configuration } from './steps/configuration.ts'
import { failover } from './steps/failover.ts'
import { fencing } from './steps/fencing.ts'
import { hibernation } from './steps/hibernation.ts'
import { instances } from './steps/instances.ts'
import { restartPrimary } from './steps/restart-primary.ts'
import { rollout } from './steps/rollout.ts'
import { scaling } from './steps/scaling.ts'
import { settle } from './steps/settle.ts'
import type { Step } from './steps/step.ts'
import { switchover } from './steps/switchover.ts'
import { removeAll, volumes } from './steps/volumes.ts'

export interface OperatorOptions {
  /** Milliseconds between the steps of a change, for eyes and pollers; default 150. */
  pace?: number
}

/** How soon the operator tries again after a step has failed, in milliseconds. */
const retryAfter = 1000

/**
 * The operator in miniature, for one cluster: watches its objects and makes the servers what they say. One step at a time; a step that
 * fails becomes the reason of the phase and is tried again.
 */
export class Operator {
  readonly #desk: Desk
  readonly #kubelet: Kubelet
  readonly #backups: Backups
  readonly #schedules: Schedules
  readonly #steps: readonly Step[]
  readonly #release: (() => void)[] = []
  #paused = false
  #dirty = false
  #running: Promise<void> | undefined
  /** Pods that end because somebody has deleted them. */
  readonly #ending = new Set<Promise<void>>()

  constructor(api: ApiServer, cluster: PostgresCluster, objects: ObjectsOptions = {}, options: OperatorOptions = {}) {
    this.#desk = new Desk(api, cluster, objects, options.pace ?? 150)
    this.#kubelet = new Kubelet(this.#desk)
    this.#backups = new Backups(this.#desk)
    this.#schedules = new Schedules(this.#desk)
    this.#steps = [
      hibernation,
      fencing,
      configuration(),
      switchover,
      failover,
      volumes,
      restartPrimary,
      instances,
      scaling,
      rollout,
      settle,
    ]
    this.#release.push(api.store.on('change', (change) => this.#changed(change)))
    cluster.onCrash = () => this.#wake()
    const { store } = api
    const other = store.gracefulDeletion
    store.gracefulDeletion = (object, grace) => this.#endPod(object) || other(object, grace)
  }

  /** What goes wrong on purpose; assign to its members. */
  get faults(): OperatorFaults {
    return this.#desk.faults
  }

  /** Milliseconds between the steps of a change. */
  get pace(): number {
    return this.#desk.pace
  }

  set pace(milliseconds: number) {
    this.#desk.pace = milliseconds
  }

  /** Looks away: nothing that is asked for from now on happens. Pods that are deleted still end. */
  pause(): void {
    this.#paused = true
  }

  /** Goes on with all that has been asked for meanwhile. */
  resume(): void {
    this.#paused = false
    this.#wake()
    this.#backups.look()
  }

  /** Takes the next switchover that is asked for back at once. */
  rollBackNext(): void {
    this.#desk.faults.rollBackNext = true
  }

  /** Resolves when there is nothing left to do. */
  async idle(): Promise<void> {
    for (;;) {
      const busy = [...this.#ending, this.#running, this.#backups.working].filter((each) => each !== undefined)
      if (busy.length === 0) return
      await Promise.race(busy)
    }
  }

  /** Ends the operator; what it was doing is broken off. */
  async stop(): Promise<void> {
    this.#desk.stop()
    this.#schedules.stop()
    for (const release of this.#release) release()
    await this.idle()
  }

  #endPod(object: Change['object']): boolean {
    const pod = this.#kubelet.podOf(object)
    if (this.#desk.stopped || pod === undefined) return false
    this.#afterwards(this.#kubelet.end(pod, 'fast'))
    // The deletion is stored after this has returned.
    setImmediate(() => this.#wake())
    return true
  }

  /** Looks again when a pod has ended. */
  #afterwards(work: Promise<void>): void {
    const followed = work
      .catch(() => undefined)
      .finally(() => {
        this.#ending.delete(followed)
        this.#wake()
      })
    this.#ending.add(followed)
  }

  #changed({ type, object }: Change): void {
    const { cluster } = this.#desk
    if (this.#desk.stopped || object.metadata.namespace !== cluster.namespace) return
    // A schedule's own Backups are made as any other.
    if (object.kind === 'Backup' && type === 'ADDED' && !this.#paused) this.#backups.look()
    if (this.#desk.writing) return
    if (object.kind === 'Cluster') {
      if (object.metadata.name !== cluster.name) return
      const asked = text(object, 'status', 'phase') === Phase.restartInPlace
      if (asked && text(object, 'status', 'phaseReason') === 'Requested by the user') this.#desk.restartAsked = true
    } else if (object.kind === 'Pod') {
      if (type === 'DELETED') this.#afterwards(this.#kubelet.endAtOnce(object))
      return
    } else if (object.kind === 'ScheduledBackup') {
      return this.#schedules.follow(object, type === 'DELETED')
    } else if (object.kind === 'Job') {
      if (type === 'DELETED') this.#desk.jobs.delete(object.metadata.name)
    } else if (object.kind !== 'PersistentVolumeClaim') return
    this.#wake()
  }

  #wake(): void {
    if (this.#desk.stopped || this.#paused) return
    this.#dirty = true
    this.#running ??= this.#loop().finally(() => {
      this.#running = undefined
      if (this.#dirty) this.#wake()
    })
  }

  async #loop(): Promise<void> {
    // Whoever wrote is answered first.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#dirty && !this.#paused && !this.#desk.stopped) {
      this.#dirty = false
      const { object } = this.#desk
      if (object === undefined) return this.#cleanUp()
      if (this.#desk.annotation(Annotation.reconciliation) === 'disabled') return
      try {
        if (await this.#reconcile()) this.#dirty = true
      } catch (error) {
        if (error instanceof Stopped || this.#desk.stopped) return
        this.#failed(error as Error)
        // Long enough to be seen, also when what has failed calls for attention itself.
        await this.#desk.sleep(retryAfter).catch(() => undefined)
        this.#dirty = true
      }
    }
  }

  /** The Cluster was deleted, and its pods with it. */
  async #cleanUp(): Promise<void> {
    await this.#kubelet.settled()
    await removeAll(this.#desk).catch(() => undefined)
  }

  /** Whether something was done, after which all has to be looked at again. */
  async #reconcile(): Promise<boolean> {
    const { cluster } = this.#desk
    cluster.image = text({ image: this.#desk.spec('imageName') }, 'image') || cluster.image
    for (const step of this.#steps) {
      const outcome = await step(this.#desk, this.#kubelet)
      if (outcome === 'acted') return true
      if (outcome === 'hold') return false
    }
    return false
  }

  #failed(error: Error): void {
    const { phase, old } = this.#desk
    this.#desk.enter(phase === Phase.healthy && !old ? Phase.waiting : phase, error.message.split('\n')[0] ?? '')
  }
}
