/** A kubeconfig after reading and merging: only the members that kubectl obeys, paths absolute. */
export interface Kubeconfig {
  currentContext: string | undefined
  contexts: ReadonlyMap<string, KubeconfigContext>
  clusters: ReadonlyMap<string, KubeconfigCluster>
  users: ReadonlyMap<string, KubeconfigUser>
  /** Files that were looked for, in order, and whether they were there. */
  files: readonly { path: string; found: boolean }[]
}

export interface KubeconfigContext {
  cluster?: string | undefined
  user?: string | undefined
  namespace?: string | undefined
  /** `extensions[kubectl-cnpg]` says `readOnly: true`. */
  readOnly?: boolean | undefined
}

export interface KubeconfigCluster {
  server?: string | undefined
  tlsServerName?: string | undefined
  skipTlsVerify?: boolean | undefined
  caFile?: string | undefined
  /** Base64 of PEM; wins over `caFile`, as in kubectl. */
  caData?: string | undefined
  proxyUrl?: string | undefined
  disableCompression?: boolean | undefined
  /** `extensions[client.authentication.k8s.io/exec]`, handed to an exec plugin that asks for it. */
  execExtension?: unknown
}

export interface KubeconfigUser extends Impersonation {
  certFile?: string | undefined
  certData?: string | undefined
  keyFile?: string | undefined
  keyData?: string | undefined
  token?: string | undefined
  /** Read again when it changes; wins over `token` while it can be read, as in client-go. */
  tokenFile?: string | undefined
  username?: string | undefined
  password?: string | undefined
  authProvider?: AuthProvider | undefined
  exec?: ExecPlugin | undefined
}

export interface Impersonation {
  as?: string | undefined
  asUid?: string | undefined
  asGroups?: readonly string[] | undefined
  asUserExtra?: Readonly<Record<string, readonly string[]>> | undefined
}

export interface AuthProvider {
  name: string
  config: Readonly<Record<string, string>>
  /** The kubeconfig that holds it: new tokens are stored there, as kubectl does. */
  file: string
}

export interface ExecPlugin {
  apiVersion: string
  /** Absolute when the kubeconfig gave a path, else a name for PATH. */
  command: string
  args: readonly string[]
  env: readonly { name: string; value: string }[]
  interactiveMode: 'Never' | 'IfAvailable' | 'Always'
  provideClusterInfo: boolean
  installHint: string | undefined
}
