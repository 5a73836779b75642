import { createPrivateKey, X509Certificate } from 'node:crypto'

/** Has one of the authorities of a PEM text signed this certificate? By OpenSSL, as PostgreSQL checks it; dates are not looked at. */
export function isSignedBy(certificate: string, authorities: string): boolean {
  try {
    const leaf = new X509Certificate(certificate)
    return blocks(authorities).some((pem) => {
      const authority = new X509Certificate(pem)
      return leaf.checkIssued(authority) && leaf.verify(authority.publicKey)
    })
  } catch {
    return false
  }
}

/** Is this the private key of the certificate? */
export function isKeyOf(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

function blocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
}
