import type { Part } from '../api/part.ts'
import type { OperatorDeployment } from '../api/snapshot.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { GatherOptions } from './objects.ts'
import { imageTag, managerContainer, OPERATOR_SELECTOR, USUAL_NAMESPACE } from './operator-deployment.ts'
import type { Deployment } from './operator-deployment.ts'
import { missing, partOf } from './parts.ts'
import type { Reader } from './reader.ts'
import { inNamespace, ruleOf } from './rules.ts'

const VERSION_LABEL = 'app.kubernetes.io/version'

/** The operator as far as it is known; an extra that nobody waits for. */
export class OperatorReader {
  #part: Part<OperatorDeployment[]> = missing('timeout', 'the operator was not read in time')

  /** Starts to read at once. */
  constructor(reader: Reader, options: GatherOptions) {
    readOperators(reader, options).then(
      (part) => (this.#part = part),
      // Interrupted: nobody wants to know any more.
      () => undefined,
    )
  }

  /** What is known by now. */
  get part(): Part<OperatorDeployment[]> {
    return this.#part
  }
}

/** In every namespace; who may not look there is shown the usual one, where finding nothing means nothing. */
export async function readOperators(reader: Reader, options: GatherOptions): Promise<Part<OperatorDeployment[]>> {
  const everywhere = await listIn(reader, undefined, options)
  if (everywhere.ok || everywhere.reason !== 'forbidden') return everywhere
  const usual = await listIn(reader, USUAL_NAMESPACE, options)
  return usual.ok && usual.value.length > 0 ? usual : everywhere
}

function listIn(
  reader: Reader,
  namespace: string | undefined,
  options: GatherOptions,
): Promise<Part<OperatorDeployment[]>> {
  // From the server's memory: by their labels the Deployments of a large cluster are dear to read from its database.
  const list = reader.listAll<Deployment>(pathOf(Resources.deployments, inNamespace(namespace)), {
    labelSelector: OPERATOR_SELECTOR,
    query: [['resourceVersion', '0']],
    signal: options.signal,
    retries: 0,
  })
  return partOf(
    list.then(({ items }) => items.map(factsOf)),
    { ...options, rule: ruleOf(Resources.deployments, 'list') },
  )
}

function factsOf(deployment: Deployment): OperatorDeployment {
  const { metadata, spec, status } = deployment
  const manager = managerContainer(deployment)
  const environment = (name: string): string | undefined => manager?.env?.find((entry) => entry.name === name)?.value
  const version =
    versionIn(manager?.image) ?? versionIn(environment('OPERATOR_IMAGE_NAME')) ?? metadata.labels?.[VERSION_LABEL]
  const watched = environment('WATCH_NAMESPACE')
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ...(version === undefined ? {} : { version }),
    replicas: spec?.replicas ?? 1,
    available: status?.availableReplicas ?? 0,
    ...(watched === undefined || watched.trim() === ''
      ? {}
      : { watches: watched.split(',').map((each) => each.trim()) }),
  }
}

/** The version in the tag of an image's name. */
function versionIn(image: string | undefined): string | undefined {
  return /^v?(\d+\.\d+.*)$/.exec(imageTag(image) ?? '')?.[1]
}
