import type { TlsOptions } from './transport.ts'

/**
 * What is wrong with our own client certificate at the time `now`, as a sentence; undefined when there is none or
 * nothing is wrong. API servers answer 401 to an expired one, without saying why.
 */
export async function loginTrouble(tls: TlsOptions, now: Date): Promise<string | undefined> {
  if (tls.cert === undefined) return undefined
  const { X509Certificate } = await import('node:crypto')
  let certificate
  try {
    certificate = new X509Certificate(tls.cert)
  } catch {
    return undefined
  }
  const from = new Date(certificate.validFrom)
  const to = new Date(certificate.validTo)
  if (now > to) return `Our client certificate expired on ${day(to)}.`
  if (now < from) return `Our client certificate is valid from ${day(from)} only: is the clock of this machine right?`
  return undefined
}

function day(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
