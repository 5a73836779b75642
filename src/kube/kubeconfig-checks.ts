import { CliError } from '../errors/cli-error.ts'
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig-types.ts'

const EXEC_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']
const REMOVED_PROVIDERS = new Set(['azure', 'gcp'])

/** Throws CliError `config` when the cluster entry contradicts itself (client-go validateClusterInfo). */
export function checkCluster(cluster: KubeconfigCluster, name: string | undefined): void {
  const where = `cluster "${name ?? ''}"`
  if (cluster.skipTlsVerify && (cluster.caData || cluster.caFile)) {
    throw broken(
      `${where} has a certificate authority and insecure-skip-tls-verify`,
      'Remove one of the two; give --insecure-skip-tls-verify to skip the check once.',
    )
  }
}

/** Throws CliError `config` when the user entry contradicts itself (client-go validateAuthInfo). */
export function checkUser(user: KubeconfigUser, name: string | undefined): void {
  const where = `user "${name ?? ''}"`
  if (user.token && (user.username || user.password)) {
    throw broken(`${where} has a token and a password`, 'Only one way to log in is allowed: remove the other.')
  }
  if ((user.certFile || user.certData) && !user.keyFile && !user.keyData) {
    throw broken(
      `${where} has a client certificate without its key`,
      'Add client-key or client-key-data, or --client-key.',
    )
  }
  if (!user.as && (user.asUid || user.asGroups?.length || Object.keys(user.asUserExtra ?? {}).length > 0)) {
    throw broken(
      `${where} asks for a uid, groups or extras of another user without naming that user`,
      'Add --as USER (or `as` in the kubeconfig).',
    )
  }
  if (user.exec && user.authProvider) {
    throw broken(`${where} has both an exec plugin and an auth-provider`, 'Remove one of the two.')
  }
  if (user.exec && !EXEC_VERSIONS.includes(user.exec.apiVersion)) {
    throw broken(
      `${where} has an exec plugin of the unknown version ${user.exec.apiVersion}`,
      `Known are ${EXEC_VERSIONS.join(' and ')}; update the plugin and set one of them.`,
    )
  }
  const provider = user.authProvider?.name
  if (provider !== undefined && provider !== 'oidc') {
    throw broken(
      `${where} has the auth-provider "${provider}", which ${
        REMOVED_PROVIDERS.has(provider) ? 'Kubernetes 1.26 removed' : 'is unknown'
      }`,
      provider === 'gcp'
        ? 'Install gke-gcloud-auth-plugin and run `gcloud container clusters get-credentials` again.'
        : 'Set up an exec plugin instead (for Azure: kubelogin).',
    )
  }
}

function broken(message: string, hint: string): CliError {
  return new CliError({ kind: 'config', message: `kubeconfig: ${message}`, hint })
}
