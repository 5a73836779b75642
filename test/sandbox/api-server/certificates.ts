import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { bits, boolean, context, integer, octets, oid, sequence, set, time, utf8 } from './der.ts'

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  certificate: string
  key: string
}

export interface CertificateRequest {
  commonName: string
  /** One O entry each: Kubernetes reads them as groups. */
  organizations?: readonly string[]
  /** Names and IPv4 addresses of a server. */
  hosts?: readonly string[]
  usage: 'server' | 'client'
  notBefore?: Date
  notAfter?: Date
}

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

/** A certificate authority with an EC key; everything it signs is EC (P-256) too. */
export class Authority {
  /** The authority's own certificate, PEM. */
  readonly certificate: string
  readonly #key: KeyObject
  readonly #name: Buffer
  readonly #keyId: Buffer

  constructor(commonName: string) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    this.#key = privateKey
    this.#name = distinguishedName(commonName, [])
    this.#keyId = createHash('sha1').update(spki).digest()
    const body = {
      subject: this.#name,
      spki,
      notBefore: new Date(Date.now() - HOUR),
      notAfter: new Date(Date.now() + 10 * YEAR),
      extensions: [
        extension(OID.basicConstraints, true, sequence(boolean(true))),
        // digitalSignature, keyCertSign, cRLSign
        extension(OID.keyUsage, true, bits(Buffer.from([0b1000_0110]), 1)),
        extension(OID.subjectKeyIdentifier, false, octets(this.#keyId)),
      ],
    }
    this.certificate = this.#sign(body)
  }

  /** Signs a new certificate with a new key; valid from an hour ago for a year unless told otherwise. */
  issue(request: CertificateRequest): KeyPair {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    const purpose = request.usage === 'server' ? OID.serverAuth : OID.clientAuth
    const extensions = [
      extension(OID.basicConstraints, true, sequence()),
      extension(OID.keyUsage, true, bits(Buffer.from([0b1000_0000]), 7)),
      extension(OID.extendedKeyUsage, false, sequence(oid(purpose))),
      extension(OID.authorityKeyIdentifier, false, sequence(context(0, this.#keyId, false))),
    ]
    if (request.hosts !== undefined && request.hosts.length > 0)
      extensions.push(extension(OID.subjectAltName, false, sequence(...request.hosts.map(generalName))))
    const certificate = this.#sign({
      subject: distinguishedName(request.commonName, request.organizations ?? []),
      spki,
      notBefore: request.notBefore ?? new Date(Date.now() - HOUR),
      notAfter: request.notAfter ?? new Date(Date.now() + YEAR),
      extensions,
    })
    return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
  }

  #sign(body: { subject: Buffer; spki: Buffer; notBefore: Date; notAfter: Date; extensions: Buffer[] }): string {
    const algorithm = sequence(oid(OID.ecdsaWithSha256))
    const serial = randomBytes(16)
    serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f)
    const unsigned = sequence(
      context(0, integer(Buffer.from([2]))),
      integer(serial),
      algorithm,
      this.#name,
      sequence(time(body.notBefore), time(body.notAfter)),
      body.subject,
      body.spki,
      context(3, sequence(...body.extensions)),
    )
    const signature = sign('sha256', unsigned, this.#key)
    return pem('CERTIFICATE', sequence(unsigned, algorithm, bits(signature)))
  }
}

function distinguishedName(commonName: string, organizations: readonly string[]): Buffer {
  const attribute = (type: string, value: string): Buffer => set(sequence(oid(type), utf8(value)))
  return sequence(
    ...organizations.map((name) => attribute(OID.organization, name)),
    attribute(OID.commonName, commonName),
  )
}

function generalName(host: string): Buffer {
  if (isIPv4(host)) return context(7, Buffer.from(host.split('.').map(Number)), false)
  return context(2, Buffer.from(host, 'latin1'), false)
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return critical ? sequence(oid(id), boolean(true), octets(value)) : sequence(oid(id), octets(value))
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
