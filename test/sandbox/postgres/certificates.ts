import 'reflect-metadata'
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

// Node's types of its own WebCrypto and the library's differ in name only.
x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0])

type PrivateKey = webcrypto.CryptoKey

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A certificate with its key, both PEM; the key is of the form "EC PRIVATE KEY" (spec/wire-formats.md D.2). */
export interface KeyPair {
  certificate: string
  key: string
  notAfter: Date
}

/** An authority that signs certificates. */
export interface Authority extends KeyPair {
  issue(request: LeafRequest): Promise<KeyPair>
}

export interface LeafRequest {
  commonName: string
  /** Names of a server; a certificate without names is one for clients. */
  dnsNames?: string[]
  notBefore?: Date
  notAfter?: Date
}

/** Lifetime of what the operator makes: 90 days (spec/wire-formats.md D.2). */
const lifetime = 90 * 24 * 3600 * 1000

/** A self-signed authority as the operator makes it: CN cluster, OU namespace. */
export async function createAuthority(cluster: string, namespace: string, dates: Dates = {}): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const { notBefore, notAfter } = period(dates)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ OU: [namespace] }, { CN: [cluster] }],
    notBefore,
    notAfter,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.BasicConstraintsExtension(true, undefined, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    ...(await pair(certificate, keys.privateKey)),
    issue: (request) => issue(certificate, keys.privateKey, request),
  }
}

/** The parts of a validity period that are not the usual ones. */
export interface Dates {
  notBefore?: Date
  notAfter?: Date
}

async function issue(issuer: x509.X509Certificate, signingKey: PrivateKey, request: LeafRequest): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const server = request.dnsNames !== undefined
  const usage = server
    ? x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment
    : x509.KeyUsageFlags.digitalSignature
  const purpose = server ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [request.commonName] }],
    issuer: issuer.subjectName.toJSON(),
    ...period(request),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.KeyUsagesExtension(usage, true),
      new x509.ExtendedKeyUsageExtension([purpose]),
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(request.dnsNames === undefined
        ? []
        : [new x509.SubjectAlternativeNameExtension(request.dnsNames.map((value) => ({ type: 'dns', value })))]),
    ],
  })
  return pair(certificate, keys.privateKey)
}

/** Whole seconds, since that is all a certificate holds. */
function period(dates: Dates): { notBefore: Date; notAfter: Date } {
  const now = Math.floor(Date.now() / 1000) * 1000
  const notBefore = dates.notBefore ?? new Date(now - 5 * 60_000)
  return { notBefore, notAfter: dates.notAfter ?? new Date(notBefore.getTime() + lifetime) }
}

async function pair(certificate: x509.X509Certificate, privateKey: PrivateKey): Promise<KeyPair> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey))
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'sec1',
  }) as string
  return { certificate: `${certificate.toString('pem')}\n`, key, notAfter: certificate.notAfter }
}

/** Positive: the first bit is clear, the next one set. */
function serial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}
