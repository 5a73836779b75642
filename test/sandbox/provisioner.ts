import type { ApiServer } from './api-server/server.ts'
import { at, list, map, text } from './api-server/objects.ts'
import type { StoredObject } from './api-server/objects.ts'
import type { Change } from './api-server/store.ts'
import { admission } from './operator/admission.ts'
import { Operator } from './operator/operator.ts'
import type { OperatorOptions } from './operator/operator.ts'
import { startPostgresCluster } from './postgres/cluster.ts'
import type { PostgresCluster } from './postgres/cluster.ts'
import { kubernetesObjects } from './postgres/objects.ts'
import type { ObjectsOptions } from './postgres/objects.ts'

/** Sections of a Cluster's spec that are taken over as they were written; the servers see to the others. */
const TAKEN_OVER = ['backup', 'primaryUpdateStrategy', 'primaryUpdateMethod', 'storage', 'certificates', 'bootstrap']

/** A cluster that somebody has created through the API. */
interface Provisioned {
  cluster: PostgresCluster
  operator: Operator
}

/** Makes servers for the Cluster objects that are created from now on, and ends them when the object is deleted. */
export class Provisioner {
  readonly #api: ApiServer
  readonly #options: OperatorOptions
  readonly #clusters = new Map<string, Promise<Provisioned | undefined>>()
  readonly #release: () => void
  #subnets: number
  #stopped = false

  constructor(api: ApiServer, firstSubnet: number, options: OperatorOptions) {
    this.#api = api
    this.#options = options
    this.#subnets = firstSubnet
    api.writer.onAdmission(admission)
    this.#release = api.store.on('change', (change) => this.#changed(change))
  }

  /** Ends all of it; what was just being made, too. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#release()
    await Promise.all([...this.#clusters.values()].map((starting) => end(starting)))
  }

  #changed({ type, object }: Change): void {
    if (object.kind !== 'Cluster') return
    const { uid = '' } = object.metadata
    if (type === 'ADDED') this.#clusters.set(uid, this.#provide(object))
    const starting = type === 'DELETED' ? this.#clusters.get(uid) : undefined
    if (starting === undefined) return
    this.#clusters.delete(uid)
    void end(starting)
  }

  async #provide(object: StoredObject): Promise<Provisioned | undefined> {
    const { store } = this.#api
    const { name, namespace = '' } = object.metadata
    this.#setPhase(object, 'Setting up primary', `Creating primary instance ${name}-1`)
    try {
      const cluster = await startPostgresCluster({
        name,
        namespace,
        subnet: this.#subnets++,
        uid: object.metadata.uid ?? '',
        instances: (at(object, 'spec', 'instances') as number | undefined) ?? 1,
        parameters: map(object, 'spec', 'postgresql', 'parameters') as Record<string, string>,
        hbaRules: list(object, 'spec', 'postgresql', 'pg_hba') as string[],
        superuserAccess: at(object, 'spec', 'enableSuperuserAccess') === true,
        ...(text(object, 'spec', 'imageName') === '' ? {} : { image: text(object, 'spec', 'imageName') }),
      })
      const written = store.get(store.resource('Cluster', 'postgresql.cnpg.io'), namespace, name)
      if (this.#stopped || written === undefined || written.metadata.uid !== object.metadata.uid) {
        await cluster.stop()
        return undefined
      }
      return this.#show(cluster, written)
    } catch (error) {
      this.#setPhase(object, 'Unable to create required cluster objects', (error as Error).message)
      return undefined
    }
  }

  #show(cluster: PostgresCluster, written: StoredObject): Provisioned {
    const { store } = this.#api
    const spec = Object.fromEntries(
      TAKEN_OVER.flatMap((section) => {
        const value = at(written, 'spec', section)
        return value === undefined ? [] : [[section, value] as const]
      }),
    )
    const objects: ObjectsOptions = { spec }
    // What the user wrote beside the spec stays: labels, annotations, and who the object is.
    const metadata = structuredClone(written.metadata)
    for (const object of kubernetesObjects(cluster, objects)) {
      store.put(object.kind === 'Cluster' ? { ...object, metadata } : object)
    }
    for (const [pod, live] of cluster.pods) this.#api.setPod(cluster.namespace, pod, live)
    return { cluster, operator: new Operator(this.#api, cluster, objects, this.#options) }
  }

  #setPhase(object: StoredObject, phase: string, phaseReason: string): void {
    const { store } = this.#api
    const type = store.resource('Cluster', 'postgresql.cnpg.io')
    const { namespace, name } = object.metadata
    if (this.#stopped || store.get(type, namespace, name)?.metadata.uid !== object.metadata.uid) return
    store.update(type, namespace, name, (stored) => {
      stored['status'] = { ...map(stored, 'status'), phase, phaseReason, instances: 0, readyInstances: 0 }
    })
  }
}

async function end(starting: Promise<Provisioned | undefined>): Promise<void> {
  const provisioned = await starting
  if (provisioned === undefined) return
  await provisioned.operator.idle()
  await provisioned.operator.stop()
  await provisioned.cluster.stop()
}
