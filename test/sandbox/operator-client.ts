import type { StoredObject } from './api-server/objects.ts'
import { rawClient } from './raw-client.ts'
import type { RawAnswer, RawClient } from './raw-client.ts'
import type { Sandbox } from './sandbox.ts'

/** A Cluster as tests look at it. */
export interface ClusterView extends StoredObject {
  spec: Record<string, unknown>
  status: {
    phase: string
    phaseReason?: string
    currentPrimary: string
    targetPrimary: string
    timelineID?: number
    readyInstances?: number
    instances?: number
    jobCount?: number
    danglingPVC?: string[]
    healthyPVC?: string[]
    instanceNames?: string[]
    instancesStatus?: Record<string, string[]>
    instancesReportedState?: Record<string, { isPrimary: boolean; timeLineID?: number }>
    conditions?: { type: string; status: string; reason: string; message: string; lastTransitionTime: string }[]
    [member: string]: unknown
  }
}

export interface PodView extends StoredObject {
  spec: { containers: { image: string }[] }
  status: {
    phase: string
    conditions: { type: string; status: string }[]
    containerStatuses: { restartCount: number; ready: boolean }[]
  }
}

/** Writes what a user or the plugin writes, over the wire, and notes the phases that are passed. */
export class ClusterClient {
  readonly admin: RawClient
  /** "phase: reason" of every state of the Cluster, repetitions left out. */
  readonly phases: string[] = []
  readonly #sandbox: Sandbox
  readonly #namespace: string
  readonly #name: string
  readonly #release: () => void

  constructor(sandbox: Sandbox, index = 0) {
    const cluster = sandbox.clusters[index]
    if (cluster === undefined) throw new Error('no such cluster')
    this.#sandbox = sandbox
    this.#name = cluster.name
    this.#namespace = cluster.namespace
    this.admin = rawClient(sandbox, 'admin')
    this.#release = sandbox.store.on('change', ({ object }) => {
      if (object.kind !== 'Cluster' || object.metadata.name !== this.#name) return
      const { phase, phaseReason } = (object as ClusterView).status
      const text = phaseReason === undefined ? phase : `${phase}: ${phaseReason}`
      if (this.phases.at(-1) !== text) this.phases.push(text)
    })
  }

  get path(): string {
    return `/apis/postgresql.cnpg.io/v1/namespaces/${this.#namespace}/clusters/${this.#name}`
  }

  async cluster(): Promise<ClusterView> {
    return (await this.admin.get(this.path)).json<ClusterView>()
  }

  async pods(): Promise<Record<string, PodView>> {
    const selector = encodeURIComponent(`cnpg.io/cluster=${this.#name}`)
    const answer = await this.admin.get(`/api/v1/namespaces/${this.#namespace}/pods?labelSelector=${selector}`)
    return Object.fromEntries(answer.json<{ items: PodView[] }>().items.map((pod) => [pod.metadata.name, pod]))
  }

  /** Roles by pod, from the label. */
  async roles(): Promise<Record<string, string | undefined>> {
    return Object.fromEntries(
      Object.entries(await this.pods()).map(([name, { metadata }]) => [name, metadata.labels?.['role']]),
    )
  }

  /** Pods whose condition Ready is true. */
  async ready(): Promise<string[]> {
    const ready = ({ status }: PodView) =>
      status.conditions.some((each) => each.type === 'Ready' && each.status === 'True')
    return Object.entries(await this.pods()).flatMap(([name, pod]) => (ready(pod) ? [name] : []))
  }

  async patch(body: unknown): Promise<RawAnswer> {
    return this.#merge(this.path, body)
  }

  async annotate(annotations: Record<string, string | null>): Promise<RawAnswer> {
    return this.patch({ metadata: { annotations } })
  }

  /** What `promote` sends. */
  async promote(target: string): Promise<RawAnswer> {
    return this.#status({
      targetPrimary: target,
      targetPrimaryTimestamp: new Date().toISOString(),
      phase: 'Switchover in progress',
      phaseReason: `Switching over to ${target}`,
    })
  }

  /** What `restart` sends for the primary. */
  async restartPrimary(): Promise<RawAnswer> {
    return this.#status({
      phase: 'Primary instance is being restarted in-place',
      phaseReason: 'Requested by the user',
    })
  }

  async deletePod(name: string, graceSeconds?: number): Promise<RawAnswer> {
    const query = graceSeconds === undefined ? '' : `?gracePeriodSeconds=${graceSeconds}`
    return this.admin.request('DELETE', `/api/v1/namespaces/${this.#namespace}/pods/${name}${query}`)
  }

  /** Resolves once the operator has nothing left to do. */
  async settled(): Promise<ClusterView> {
    const cluster = this.#sandbox.clusters.find(({ name }) => name === this.#name)
    if (cluster === undefined) throw new Error('no such cluster')
    // A write is answered before the operator looks at it.
    await new Promise((resolve) => setImmediate(resolve))
    await this.#sandbox.operatorOf(cluster).idle()
    return this.cluster()
  }

  close(): void {
    this.#release()
    this.admin.close()
  }

  async #status(status: Record<string, unknown>): Promise<RawAnswer> {
    return this.#merge(`${this.path}/status`, { status })
  }

  async #merge(path: string, body: unknown): Promise<RawAnswer> {
    return this.admin.request('PATCH', path, { body, contentType: 'application/merge-patch+json' })
  }
}
