import { at } from '../api-server/objects.ts'
import type { StoredObject } from '../api-server/objects.ts'
import type { ResourceType } from '../api-server/resources.ts'
import type { LivePod } from '../instance/live-pod.ts'
import type { StopMode } from '../postgres/server.ts'
import type { Desk } from './desk.ts'
import { Annotation } from './phases.ts'

/** Runs and ends the pods of a cluster, also when the operator looks away. */
export class Kubelet {
  readonly #desk: Desk
  readonly #ending = new Map<LivePod, Promise<void>>()

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** A pod on a volume that exists, from its object to its readiness. A fenced instance's server stays down. */
  async run(name: string): Promise<void> {
    const desk = this.#desk
    const restartedAt = desk.annotation(Annotation.restartedAt)
    const pod = desk.cluster.openPod(name, restartedAt === '' ? {} : { [Annotation.restartedAt]: restartedAt })
    pod.role = 'none'
    pod.fenced = desk.fenced.has(name)
    desk.publish()
    await desk.pause()
    if (pod.terminating || desk.cluster.pods.get(name) !== pod) throw new Error(`pod ${name} was deleted`)
    pod.role = undefined
    await this.startContainer(pod)
  }

  /** The container of a pod starts, and its server in it, until the pod is ready. */
  async startContainer(pod: LivePod): Promise<void> {
    const desk = this.#desk
    pod.probing = true
    pod.startContainer()
    desk.publish()
    if (!pod.fenced) await desk.cluster.startServer(pod.name)
    await desk.pause()
    pod.probing = false
    desk.publish()
  }

  /** The server of a pod stops, and the manager with it; the container is to be started again. */
  async stopContainer(pod: LivePod): Promise<void> {
    await pod.server.stop('fast')
    pod.stopContainer()
    this.#desk.publish()
  }

  /** Deletes a pod as the operator does, and waits for its end. */
  async delete(name: string): Promise<void> {
    const desk = this.#desk
    const { store } = desk.api
    const { namespace } = desk.cluster
    const type = this.#type()
    const pod = desk.cluster.pod(name)
    const stored = store.get(type, namespace, name)
    if (stored !== undefined && stored.metadata.deletionTimestamp === undefined) {
      const grace = at(stored, 'spec', 'terminationGracePeriodSeconds')
      const seconds = typeof grace === 'number' ? grace : 30
      store.update(type, namespace, name, ({ metadata }) => {
        metadata.deletionGracePeriodSeconds = seconds
        metadata.deletionTimestamp = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
      })
    }
    await this.end(pod, 'fast')
  }

  /** Resolves when no pod is ending. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#ending.values())
  }

  /** The object of a pod has vanished without a grace period: its processes are killed. */
  async endAtOnce(object: StoredObject): Promise<void> {
    const pod = this.podOf(object)
    if (pod !== undefined && !pod.terminating) await this.end(pod, 'immediate')
  }

  /** The living pod that an object stands for. */
  podOf(object: StoredObject): LivePod | undefined {
    const { cluster } = this.#desk
    if (object.kind !== 'Pod' || object.metadata.namespace !== cluster.namespace) return undefined
    const pod = cluster.pods.get(object.metadata.name)
    return pod?.uid === object.metadata.uid ? pod : undefined
  }

  /** The pod's server stops, then the pod is gone. The same promise for all who ask. */
  async end(pod: LivePod, mode: StopMode): Promise<void> {
    const under = this.#ending.get(pod)
    if (under !== undefined) return under
    const work = this.#end(pod, mode).finally(() => this.#ending.delete(pod))
    this.#ending.set(pod, work)
    return work
  }

  async #end(pod: LivePod, mode: StopMode): Promise<void> {
    const desk = this.#desk
    const { cluster, api } = desk
    pod.terminating = true
    if (mode !== 'immediate') {
      // Not before the deletion is stored, which the caller may be about to do.
      await desk.pause()
      desk.publish()
      await pod.server.stop(mode)
      pod.stopContainer()
      desk.publish()
      await desk.pause()
    }
    await cluster.deletePod(pod.name, mode)
    const type = this.#type()
    if (api.store.get(type, cluster.namespace, pod.name)?.metadata.uid === pod.uid) {
      api.setPod(cluster.namespace, pod.name, undefined)
      api.store.remove(type, cluster.namespace, pod.name)
    }
    desk.publish()
  }

  #type(): ResourceType {
    return this.#desk.api.store.resource('Pod')
  }
}
