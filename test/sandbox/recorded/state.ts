import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredObject } from '../api-server/objects.ts'
import { startApiServer } from '../api-server/server.ts'
import type { ApiServer, ApiServerOptions } from '../api-server/server.ts'
import type { PodBackend } from '../types.ts'
import { RecordedPod } from './recorded-pod.ts'
import type { RecordedPodOptions } from './recorded-pod.ts'

export interface RecordedMeta {
  namespace: string
  cluster: string
  /** The time to which ages in the objects relate. */
  objectsAt: string
  versions: { kubernetes: string; operator: string; plugin: string; postgresql: string }
}

export interface RecordedStateOverrides extends ApiServerOptions {
  /** Changes or drops (undefined) objects before they are put in. */
  object?: (object: StoredObject) => StoredObject | undefined
  /** Objects put in besides. */
  extra?: readonly StoredObject[]
  /** Backends instead of the recorded ones, by pod. */
  pods?: Readonly<Record<string, PodBackend>>
  /** Applies to every recorded pod. */
  pod?: RecordedPodOptions
}

export interface RecordedState extends ApiServer {
  readonly meta: RecordedMeta
  /** The recording's own time, which is also the server's clock unless `now` was given. */
  readonly at: Date
}

/**
 * An API server with the objects of a recorded state, whose pods play the recording back.
 * `folder` holds objects.json, meta.json, pgstatus/, pgstatus-exec/, metrics/, sql/ (test/fixtures/states/NAME).
 */
export async function startRecordedState(
  folder: string,
  overrides: RecordedStateOverrides = {},
): Promise<RecordedState> {
  const { object: change = (object) => object, extra = [], pods = {}, pod, ...options } = overrides
  const meta = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8')) as RecordedMeta
  const recorded = JSON.parse(await readFile(join(folder, 'objects.json'), 'utf8')) as { items: StoredObject[] }
  const at = new Date(meta.objectsAt)
  const server = await startApiServer({
    kubernetesVersion: meta.versions.kubernetes,
    now: () => at,
    ...options,
  })
  const objects = recorded.items.flatMap((item) => change(structuredClone(item)) ?? [])
  for (const object of [...objects, ...extra]) {
    server.store.put(object)
    const { name, namespace = '' } = object.metadata
    if (object.kind === 'Pod') server.setPod(namespace, name, pods[name] ?? new RecordedPod(folder, name, pod))
  }
  return Object.assign(server, { meta, at })
}
