import type { Cluster } from '../api/cluster.ts'
import type { Part } from '../api/part.ts'
import type { Pod } from '../api/pod.ts'
import type { ClusterObjects, ClusterSnapshot, InstanceReading } from '../api/snapshot.ts'
import { assumedPods, instancePods } from './instance-pods.ts'
import { whyNotAsked } from './not-asked.ts'

/** What is known of an observed cluster: the newest objects, and the last answer of each instance that still is the same pod. */
export class LiveCluster {
  #base: ClusterSnapshot
  #podNews = 0
  #readings = new Map<string, { uid: string | undefined; reading: InstanceReading }>()

  constructor(first: ClusterSnapshot) {
    this.#base = first
    this.replace(first, this.#podNews)
  }

  get cluster(): Cluster {
    return this.#base.cluster
  }

  get pods(): Part<Pod[]> {
    return this.#base.objects.pods
  }

  /** Pods to ask; by the names in the Cluster where pods could not be listed. */
  get instancePods(): Pod[] {
    return podsOf(this.cluster, this.pods)
  }

  /** Counts what was told of pods one by one. */
  get podNews(): number {
    return this.#podNews
  }

  /**
   * Takes over what was read all together. Sections that did not come this time, for want of a connection, stay as they
   * were, and so do the pods when there was news of them since the reading began.
   *
   * @param podNews {@link podNews} when the reading began
   */
  replace(next: ClusterSnapshot, podNews: number): void {
    const { objects } = this.#base
    const kept = (Object.keys(next.objects) as (keyof ClusterObjects)[]).flatMap((name) => {
      const before = objects[name]
      return before?.ok === true && isPassing(next.objects[name]) ? [[name, before] as const] : []
    })
    const cluster = isOlder(next.cluster, this.cluster) ? this.cluster : next.cluster
    const pods = podNews === this.#podNews ? {} : { pods: objects.pods }
    this.#base = { ...next, cluster, objects: { ...next.objects, ...Object.fromEntries(kept), ...pods } }
    this.#take(podsOf(next.cluster, next.objects.pods), next.instances)
  }

  /** Answers of several sources come in any order: an older one than what is known is dropped. */
  setCluster(cluster: Cluster): void {
    if (!isOlder(cluster, this.cluster)) this.#base = { ...this.#base, cluster }
  }

  setPods(pods: Part<Pod[]>): void {
    this.#base = { ...this.#base, objects: { ...this.#base.objects, pods } }
  }

  setPod(pod: Pod): void {
    this.#podNews += 1
    if (!this.pods.ok) return
    const known = this.pods.value.find(({ metadata }) => metadata.name === pod.metadata.name)
    if (known !== undefined && isOlder(pod, known)) return
    this.setPods({ ...this.pods, value: [...this.pods.value.filter((other) => other !== known), pod] })
  }

  removePod(pod: Pod): void {
    this.#podNews += 1
    if (!this.pods.ok) return
    const left = this.pods.value.filter(({ metadata }) => metadata.uid !== pod.metadata.uid)
    this.setPods({ ...this.pods, value: left })
  }

  /** Answers of these pods, as they were when they were asked. What was not asked this time stays: figures and details. */
  setReadings(pods: readonly Pod[], readings: readonly InstanceReading[]): void {
    const whole = readings.map((reading, index) => {
      const known = this.#known(reading.pod, pods[index]?.metadata.uid)
      return known === undefined ? reading : { ...known, status: reading.status, failures: reading.failures }
    })
    this.#take(pods, whole)
  }

  /** Whether an instance was heard last time. */
  answered(pod: string): boolean {
    return this.#readings.get(pod)?.reading.status.ok === true
  }

  /** All of it, with ages as of `now` (ISO 8601). */
  at(now: string): ClusterSnapshot {
    const instances = this.pods.ok
      ? this.instancePods.flatMap((pod) => this.#readingOf(pod) ?? [])
      : [...this.#readings.values()].map(({ reading }) => reading)
    return { ...this.#base, takenAt: now, instances }
  }

  #take(pods: readonly Pod[], readings: readonly InstanceReading[]): void {
    const next = readings.flatMap((reading) => {
      const pod = pods.find(({ metadata }) => metadata.name === reading.pod)
      // Nobody asked it, so nothing came of it: as soon as it can be asked that is no longer true.
      if (pod !== undefined && whyNotAsked(pod) !== undefined) return []
      const uid = pod?.metadata.uid
      const before = this.#known(reading.pod, uid)?.metrics
      // Figures that were late once are better than none.
      const metrics = before?.ok === true && isPassing(reading.metrics) ? before : reading.metrics
      return [[reading.pod, { uid, reading: { ...reading, metrics } }] as const]
    })
    this.#readings = new Map(next)
  }

  /** The last answer, unless the pod cannot have given it or could not give it again. */
  #readingOf(pod: Pod): InstanceReading | undefined {
    const { name, uid } = pod.metadata
    const hindrance = whyNotAsked(pod)
    if (hindrance !== undefined) return { pod: name, status: hindrance, metrics: hindrance, failures: [] }
    return this.#known(name, uid)
  }

  #known(pod: string, uid: string | undefined): InstanceReading | undefined {
    const known = this.#readings.get(pod)
    return known?.uid === uid ? known?.reading : undefined
  }
}

function podsOf(cluster: Cluster, pods: Part<Pod[]>): Pod[] {
  return pods.ok ? instancePods(cluster, pods.value) : assumedPods(cluster)
}

/** A reason that says nothing of the section itself. */
function isPassing(part: Part<unknown> | undefined): boolean {
  return part?.ok === false && (part.reason === 'unreachable' || part.reason === 'timeout')
}

/** Versions of objects of one kind are ordered where they are numbers, as all API servers have them. */
function isOlder(candidate: Cluster | Pod, known: Cluster | Pod): boolean {
  const [a, b] = [Number(candidate.metadata.resourceVersion), Number(known.metadata.resourceVersion)]
  return a < b
}
