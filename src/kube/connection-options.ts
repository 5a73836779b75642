/** kubectl's connection flags as parsed; absent members were not given (spec/commands-core.md 1.4). */
export interface ConnectionOptions {
  kubeconfig?: string
  context?: string
  cluster?: string
  user?: string
  namespace?: string
  server?: string
  token?: string
  as?: string
  asGroup?: readonly string[]
  asUid?: string
  /** `key=value` items, a key may come several times. */
  asUserExtra?: readonly string[]
  /** This and the next two: paths, relative to the working directory. */
  certificateAuthority?: string
  clientCertificate?: string
  clientKey?: string
  insecureSkipTlsVerify?: boolean
  tlsServerName?: string
  /** `--request-timeout` in milliseconds; absent: 30 s, 0: no limit. */
  requestTimeoutMs?: number
  disableCompression?: boolean
}
