import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../host/types.ts'
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig-types.ts'

/** Where Kubernetes mounts the service account of a pod. */
const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The API server, account and namespace of the pod we run in. */
export interface PodAccount {
  cluster: KubeconfigCluster
  user: KubeconfigUser
  namespace: string
}

/**
 * The service account of the pod we run in, or undefined elsewhere: needs KUBERNETES_SERVICE_HOST and _PORT and the
 * token file, as client-go does. The namespace is POD_NAMESPACE, else the account's, else `default`.
 */
export async function podAccount(host: Host, directory = SERVICE_ACCOUNT_DIRECTORY): Promise<PodAccount | undefined> {
  const address = host.env.KUBERNETES_SERVICE_HOST
  const port = host.env.KUBERNETES_SERVICE_PORT
  if (!address || !port) return undefined
  const tokenFile = join(directory, 'token')
  if ((await read(tokenFile)) === undefined) return undefined
  const caFile = join(directory, 'ca.crt')
  const name = address.includes(':') ? `[${address}]` : address
  return {
    cluster: { server: `https://${name}:${port}`, caFile: (await read(caFile)) === undefined ? undefined : caFile },
    user: { tokenFile },
    namespace: host.env.POD_NAMESPACE || (await read(join(directory, 'namespace')))?.trim() || 'default',
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}
