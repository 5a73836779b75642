import type { IssuedPair } from '../api/x509.ts'
import { dataOf } from './certificate-state.ts'
import type { ReadSecret } from './certificate-state.ts'
import type { Goal } from './wait.ts'

/** What is seen of the outcome. */
export interface CertificateSeen {
  /** Null when the secret is gone. */
  secret: ReadSecret | null
  /** Does the certificate in it fit the key in it, and has the cluster's client CA signed it? */
  sound: boolean
}

/** Judges whether the secret holds what was made. */
export function goalOfCertificate(issued: IssuedPair | null): Goal<CertificateSeen> {
  const wanted = issued === null ? undefined : dataOf(issued)
  return ({ secret, sound }) => {
    const failed = (reason: string) => ({ phases: [], verdict: 'failed', reason }) as const
    if (secret === null) return failed('the secret is gone again')
    const data = secret.data ?? {}
    if (data['tls.crt'] !== wanted?.['tls.crt'] || data['tls.key'] !== wanted?.['tls.key']) {
      return failed('somebody else has changed the secret meanwhile')
    }
    if (!sound) return failed('the client CA of the cluster was changed meanwhile: the certificate is not one of it')
    return { phases: [], verdict: 'proved', reason: null }
  }
}
