/** The public facts of an X.509 certificate; nothing secret. */
export interface CertificateFacts {
  /** `OU=default, CN=mycluster` */
  subject: string
  /** Null when the subject has none. */
  commonName: string | null
  issuer: string
  /** Hexadecimal. */
  serialNumber: string
  /** ISO 8601 in UTC, as is `notAfter`. */
  notBefore: string
  notAfter: string
  /** DNS names and addresses. */
  names: string[]
  isAuthority: boolean
  forClients: boolean
  forServers: boolean
  /** SHA-256 of the whole certificate, hexadecimal. */
  fingerprint: string
}

/** A certificate and its private key, both PEM. */
export interface IssuedPair {
  certificate: string
  key: string
  facts: CertificateFacts
}
