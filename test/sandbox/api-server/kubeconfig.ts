import { writeFile } from 'node:fs/promises'
import { dump } from 'js-yaml'

export interface KubeconfigUser {
  name: string
  certificate?: { certificate: string; key: string }
  token?: string
}

export interface KubeconfigInit {
  server: string
  authority: string | undefined
  user: KubeconfigUser
  context: string
  namespace?: string | undefined
  cluster?: string | undefined
}

/** A kubeconfig with one context, everything it needs inside it. */
export function kubeconfig(init: KubeconfigInit): string {
  const { certificate, token } = init.user
  const cluster = init.cluster ?? 'sandbox'
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const user = {
    ...(certificate === undefined
      ? {}
      : {
          'client-certificate-data': base64(certificate.certificate),
          'client-key-data': base64(certificate.key),
        }),
    ...(token === undefined ? {} : { token }),
  }
  const authority = init.authority === undefined ? {} : { 'certificate-authority-data': base64(init.authority) }
  const namespace = init.namespace === undefined ? {} : { namespace: init.namespace }
  return dump(
    {
      apiVersion: 'v1',
      kind: 'Config',
      preferences: {},
      'current-context': init.context,
      clusters: [{ name: cluster, cluster: { server: init.server, ...authority } }],
      contexts: [{ name: init.context, context: { cluster, user: init.user.name, ...namespace } }],
      users: [{ name: init.user.name, user }],
    },
    { lineWidth: -1 },
  )
}

/** Writes a kubeconfig that only its owner may read, as it holds a key. */
export async function writeKubeconfig(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
}
