import { createHash } from 'node:crypto'
import type { CertificateFacts } from '../api/x509.ts'
import { x509 } from './library.ts'

/** A certificate as it was read: its facts, and itself for checks of signatures. */
export interface ReadCertificate {
  facts: CertificateFacts
  certificate: x509.X509Certificate
}

/** Reads every certificate of a PEM text, in its order; undefined when one of them is broken or there is none. */
export function readCertificates(pem: string): ReadCertificate[] | undefined {
  try {
    const found = x509.PemConverter.decodeWithHeaders(pem).filter(({ type }) => type === 'CERTIFICATE')
    if (found.length === 0) return undefined
    return found.map(({ rawData }) => {
      const certificate = new x509.X509Certificate(rawData)
      return { certificate, facts: factsOf(certificate) }
    })
  } catch {
    return undefined
  }
}

/** The facts of the first certificate of a PEM text; undefined when there is none that can be read. */
export function firstFacts(pem: string): CertificateFacts | undefined {
  return readCertificates(pem)?.[0]?.facts
}

function factsOf(certificate: x509.X509Certificate): CertificateFacts {
  const usages = certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? []
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []
  return {
    subject: certificate.subject,
    commonName: certificate.subjectName.getField('CN')[0] ?? null,
    issuer: certificate.issuer,
    serialNumber: certificate.serialNumber,
    notBefore: wholeSeconds(certificate.notBefore),
    notAfter: wholeSeconds(certificate.notAfter),
    names: names.map(({ value }) => value),
    isAuthority: certificate.getExtension(x509.BasicConstraintsExtension)?.ca ?? false,
    forClients: usages.includes(x509.ExtendedKeyUsage.clientAuth),
    forServers: usages.includes(x509.ExtendedKeyUsage.serverAuth),
    fingerprint: createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex'),
  }
}

function wholeSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
