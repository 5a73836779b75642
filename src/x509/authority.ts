import { createPrivateKey, type KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import type { CertificateFacts, IssuedPair } from '../api/x509.ts'
import { x509 } from './library.ts'
import { firstFacts, readCertificates } from './read.ts'

/** An authority that can sign. */
export interface Authority {
  facts: CertificateFacts
  /**
   * Makes a key and a certificate with which a PostgreSQL role logs in, of the form of the official plugin
   * (spec/commands-core.md 9.3): ECDSA P-256, subject CN alone, for clients only.
   *
   * @param notBefore whole seconds count, as in `notAfter`
   */
  issueClient(role: string, notBefore: Date, notAfter: Date): Promise<IssuedPair>
}

/** Why an authority cannot sign, in words. */
export class AuthorityProblem extends Error {}

type Algorithm = { name: string; namedCurve?: string; hash?: string }

/** By curve as Node names it: the hash that Go takes, too (9.3). */
const CURVES: Readonly<Record<string, Algorithm>> = {
  prime256v1: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
}

const LEAF: Algorithm & { namedCurve: string } = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/**
 * Opens an authority from the texts of its secret. Of several certificates (a bundle after a change of the CA) the one counts
 * that belongs to the key. Throws {@link AuthorityProblem}.
 */
export async function openAuthority(certificates: string, key: string): Promise<Authority> {
  const secret = privateKeyOf(key)
  const found = readCertificates(certificates)
  if (found === undefined) throw new AuthorityProblem('ca.crt holds no certificate that can be read')
  const own = found.find(({ certificate }) => belongsTo(certificate, secret))
  if (own === undefined) throw new AuthorityProblem('ca.key is not the key of the certificate in ca.crt')
  if (!own.facts.isAuthority) throw new AuthorityProblem('the certificate in ca.crt is not one of an authority')
  const algorithm = algorithmOf(secret)
  const pkcs8 = secret.export({ format: 'der', type: 'pkcs8' })
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
  const issuer = own.certificate
  return {
    facts: own.facts,
    issueClient: (role, notBefore, notAfter) => issue({ issuer, signingKey, algorithm, role, notBefore, notAfter }),
  }
}

interface Order {
  issuer: x509.X509Certificate
  signingKey: webcrypto.CryptoKey
  algorithm: Algorithm
  role: string
  notBefore: Date
  notAfter: Date
}

async function issue({ issuer, signingKey, algorithm, role, notBefore, notAfter }: Order): Promise<IssuedPair> {
  const keys = await webcrypto.subtle.generateKey(LEAF, true, ['sign', 'verify'])
  const keyId = issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: new x509.Name([{ CN: [commonName(role)] }]),
    // As it is: whoever compares names byte by byte finds the authority's own.
    issuer: issuer.subjectName,
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyAgreement, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      new x509.BasicConstraintsExtension(false, undefined, true),
      ...(keyId === undefined ? [] : [new x509.AuthorityKeyIdentifierExtension(keyId)]),
    ],
  })
  const pem = `${certificate.toString('pem')}\n`
  const facts = firstFacts(pem)
  if (facts === undefined) throw new Error('the certificate that was just made cannot be read')
  return { certificate: pem, key: await sec1(keys.privateKey), facts }
}

/** The library reads quotes, backslashes and a leading # of plain texts as signs of its own; a role's name is only itself. */
function commonName(role: string): { printableString: string } | { utf8String: string } {
  return x509.Name.isPrintableString(role) ? { printableString: role } : { utf8String: role }
}

/** "EC PRIVATE KEY", as the operator and the official plugin write keys. */
async function sec1(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'sec1' })
    .toString()
}

/** 127 random bits, positive and never short: the first bit is clear, the next one set. */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

function privateKeyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    // What OpenSSL says of it might quote it.
    const locked = /ENCRYPTED/.test(pem)
    throw new AuthorityProblem(
      locked ? 'ca.key is locked by a passphrase' : 'ca.key holds no private key that can be read',
    )
  }
}

function belongsTo(certificate: x509.X509Certificate, key: KeyObject): boolean {
  return new X509Certificate(Buffer.from(certificate.rawData)).checkPrivateKey(key)
}

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): Algorithm {
  const curve = type === 'ec' ? CURVES[details?.namedCurve ?? ''] : undefined
  if (curve !== undefined) return curve
  if (type === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  if (type === 'ed25519') return { name: 'Ed25519' }
  const what = type === 'ec' ? `curve ${details?.namedCurve ?? 'unknown'}` : `type ${type ?? 'unknown'}`
  throw new AuthorityProblem(`ca.key is of ${what}, with which this program cannot sign`)
}
