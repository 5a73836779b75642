import type { Cluster } from '../api/cluster.ts'
import type { KubeObject } from '../api/objects.ts'
import type { CertificateFacts, IssuedPair } from '../api/x509.ts'

export interface CertificateIntent {
  kind: 'new' | 'renewal'
  /** Name of the secret. */
  secret: string
  /** The PostgreSQL role, which becomes the subject's CN. */
  role: string
  /** Database for which the login rules are looked at. */
  database: string
}

/** The authority as it was read. */
export interface ReadAuthority {
  secret: string
  userGiven: boolean
  facts: CertificateFacts | null
  /** Why it cannot sign; null when it can. */
  problem: string | null
}

/** The secret that a certificate is to be kept in, as it is. */
export interface ReadSecret extends KubeObject {
  type?: string
  data?: Record<string, string>
}

/** What the plan is made from. */
export interface CertificateState {
  cluster: Cluster
  authority: ReadAuthority
  /** The secret of this name; null when there is none, or nobody looked. */
  existing: { secret: ReadSecret; facts: CertificateFacts | null } | null
  /** Made already, so that what is shown is what is sent; null when the authority cannot sign. */
  issued: IssuedPair | null
  /** Files in the way of `--out`. */
  filesInTheWay: readonly string[]
}

/** The data of the secret, in the official plugin's form (spec/commands-core.md 9.3). */
export function dataOf({ certificate, key }: IssuedPair): Record<'tls.crt' | 'tls.key', string> {
  return { 'tls.crt': base64(certificate), 'tls.key': base64(key) }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
