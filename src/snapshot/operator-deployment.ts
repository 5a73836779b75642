import type { KubeObject } from '../api/objects.ts'

/** The Deployment of an operator. */
export interface Deployment extends KubeObject {
  spec?: {
    replicas?: number
    template?: { spec?: { containers?: Container[] } }
  }
  status?: { availableReplicas?: number }
}

interface Container {
  name: string
  image?: string
  env?: { name: string; value?: string }[]
}

export const OPERATOR_SELECTOR = 'app.kubernetes.io/name=cloudnative-pg'
/** Where the operator's manifests put it. */
export const USUAL_NAMESPACE = 'cnpg-system'

/** The container that is the operator: the one of its name, else the first. */
export function managerContainer({ spec }: Deployment): Container | undefined {
  const containers = spec?.template?.spec?.containers ?? []
  return containers.find(({ name }) => name === 'manager') ?? containers[0]
}

/** The tag of an image's name: what follows the last colon of its last part, before a digest. */
export function imageTag(image: string | undefined): string | undefined {
  return /^[^@]*\/?[^/@:]+:([^/@:]+)(@.*)?$/.exec(image ?? '')?.[1]
}
