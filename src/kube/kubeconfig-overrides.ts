import { CliError } from '../errors/cli-error.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { absolutePath } from './kubeconfig-files.ts'
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig-types.ts'

/**
 * A cluster entry with the flags applied: `--server` also drops the entry's TLS name, and any of
 * `--certificate-authority` and `--insecure-skip-tls-verify` replaces all that the entry says on trust (client-go).
 */
export function overrideCluster(
  entry: KubeconfigCluster | undefined,
  options: ConnectionOptions,
  cwd: string,
): KubeconfigCluster {
  const cluster: KubeconfigCluster = { ...entry }
  if (options.server) {
    cluster.server = options.server
    cluster.tlsServerName = undefined
  }
  if (options.tlsServerName) cluster.tlsServerName = options.tlsServerName
  if (options.insecureSkipTlsVerify || options.certificateAuthority) {
    cluster.skipTlsVerify = options.insecureSkipTlsVerify ?? false
    cluster.caFile = options.certificateAuthority && absolutePath(options.certificateAuthority, cwd)
    cluster.caData = undefined
  }
  if (options.insecureSkipTlsVerify === false) cluster.skipTlsVerify = false
  if (options.disableCompression) cluster.disableCompression = true
  return cluster
}

/** A user entry with the flags applied; a flag replaces both forms (file and data) of what it names. */
export function overrideUser(
  entry: KubeconfigUser | undefined,
  options: ConnectionOptions,
  cwd: string,
): KubeconfigUser {
  const user: KubeconfigUser = { ...entry }
  if (options.token) {
    user.token = options.token
    user.tokenFile = undefined
    user.username = undefined
    user.password = undefined
  }
  if (options.clientCertificate) {
    user.certFile = absolutePath(options.clientCertificate, cwd)
    user.certData = undefined
  }
  if (options.clientKey) {
    user.keyFile = absolutePath(options.clientKey, cwd)
    user.keyData = undefined
  }
  if (options.as) user.as = options.as
  if (options.asUid) user.asUid = options.asUid
  if (options.asGroup && options.asGroup.length > 0) user.asGroups = options.asGroup
  if (options.asUserExtra && options.asUserExtra.length > 0) user.asUserExtra = extraOf(options.asUserExtra)
  return user
}

/** `key=value` items as a map of lists. Throws CliError `usage`. */
function extraOf(items: readonly string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  for (const item of items) {
    const equals = item.indexOf('=')
    if (equals < 1) {
      throw new CliError({
        kind: 'usage',
        message: `--as-user-extra "${item}" is not of the form key=value`,
        hint: 'For example: --as-user-extra reason=maintenance',
      })
    }
    const key = item.slice(0, equals)
    extra[key] = [...(extra[key] ?? []), item.slice(equals + 1)]
  }
  return extra
}
