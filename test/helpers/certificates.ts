import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0])

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 24 * 3600 * 1000

/** A certificate with its key (EC P-256), both PEM. */
export interface CertificatePair {
  cert: string
  key: string
  notAfter: Date
}

/** When a certificate is valid; by default from yesterday for ninety days. */
export interface Validity {
  notBefore?: Date
  notAfter?: Date
  /** Was valid until yesterday. */
  expired?: boolean
}

/** A certificate authority for tests. */
export interface TestAuthority extends CertificatePair {
  /** For a server with these DNS names and addresses; default localhost, 127.0.0.1 and ::1. */
  server(options?: Validity & { names?: readonly string[] }): Promise<CertificatePair>
  /** For a client: the user's name and groups, as Kubernetes reads them (CN and O). */
  client(user: string, options?: Validity & { groups?: readonly string[] }): Promise<CertificatePair>
}

/** Makes a self-signed authority. */
export async function createAuthority(name = 'test-ca', validity: Validity = {}): Promise<TestAuthority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [name] }],
    ...period(validity),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const issue = (leaf: Leaf) => sign(certificate, keys.privateKey, leaf)
  return {
    ...(await pair(certificate, keys.privateKey)),
    server: ({ names = ['localhost', '127.0.0.1', '::1'], ...dates } = {}) =>
      issue({ subject: [{ CN: [names[0] ?? 'server'] }], names, purpose: x509.ExtendedKeyUsage.serverAuth, ...dates }),
    client: (user, { groups = [], ...dates } = {}) =>
      issue({
        subject: [...groups.map((group) => ({ O: [group] })), { CN: [user] }],
        names: [],
        purpose: x509.ExtendedKeyUsage.clientAuth,
        ...dates,
      }),
  }
}

interface Leaf extends Validity {
  subject: x509.JsonName
  names: readonly string[]
  purpose: x509.ExtendedKeyUsage
}

async function sign(
  issuer: x509.X509Certificate,
  signingKey: webcrypto.CryptoKey,
  leaf: Leaf,
): Promise<CertificatePair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const names = leaf.names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }))
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: leaf.subject,
    issuer: issuer.subjectName.toJSON(),
    ...period(leaf),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([leaf.purpose]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  })
  return pair(certificate, keys.privateKey)
}

/** Whole seconds, since that is all a certificate holds. */
function period(validity: Validity): { notBefore: Date; notAfter: Date } {
  const now = Math.floor(Date.now() / 1000) * 1000
  const notAfter = validity.notAfter ?? new Date(validity.expired === true ? now - DAY_MS : now + 90 * DAY_MS)
  return { notBefore: validity.notBefore ?? new Date(Math.min(now - DAY_MS, notAfter.getTime() - DAY_MS)), notAfter }
}

async function pair(certificate: x509.X509Certificate, privateKey: webcrypto.CryptoKey): Promise<CertificatePair> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  const lines = pkcs8.match(/.{1,64}/g)?.join('\n') ?? ''
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
    notAfter: certificate.notAfter,
  }
}

/** Positive and of full length: the first bit is clear, the next one set. */
function serial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}
