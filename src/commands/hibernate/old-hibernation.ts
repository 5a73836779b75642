import { Labels } from '../../api/constants.ts'
import type { PersistentVolumeClaim } from '../../api/objects.ts'
import { CliError } from '../../errors/cli-error.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Reading } from '../change/run.ts'

/** Where plugins up to 1.25 left the Cluster that they deleted (spec/commands-core.md 11.2). */
const MANIFESTS = ['cnpg.io/hibernateClusterManifest', 'cnpg.io/clusterManifest']

/**
 * What `reading` resolves to. Where there is no such Cluster its error also says when a plugin up to 1.25 has hibernated it:
 * those deleted the Cluster and left it in an annotation of its volumes.
 */
export async function explainOldHibernation<T>(work: Promise<T>, name: string, reading: Reading): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'missing') throw error
    const claims = await hibernatedVolumes(name, reading).catch(() => [])
    const [first] = claims
    if (first === undefined) throw error
    const list = claims.map(({ metadata }) => metadata.name).join(', ')
    const key = MANIFESTS.find((manifest) => first.metadata.annotations?.[manifest] !== undefined) ?? ''
    const path = `{.metadata.annotations.${key.replaceAll('.', '\\.')}}`
    throw new CliError({
      kind: 'missing',
      message: `there is no Cluster "${name}", but a plugin before 1.26 has hibernated one: its volumes are ${list}`,
      hint:
        'Its manifest stands in an annotation of them. Without status, uid and resourceVersion it brings the cluster back:\n' +
        `kubectl get pvc ${first.metadata.name} -n ${reading.session.namespace} -o jsonpath='${path}'`,
    })
  }
}

async function hibernatedVolumes(name: string, { session, signal }: Reading): Promise<PersistentVolumeClaim[]> {
  const path = pathOf(Resources.persistentVolumeClaims, { namespace: session.namespace })
  const { items } = await session.listAll<PersistentVolumeClaim>(path, {
    labelSelector: `${Labels.cluster}=${name}`,
    signal,
  })
  return items.filter(({ metadata }) => MANIFESTS.some((key) => metadata.annotations?.[key] !== undefined))
}
