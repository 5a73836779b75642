import { createPrivateKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AuthorityProblem, openAuthority } from '../../src/x509/authority.ts'
import { x509 } from '../../src/x509/library.ts'
import { firstFacts } from '../../src/x509/read.ts'
import { isKeyOf, isSignedBy } from '../../src/x509/verify.ts'
import { createAuthority } from '../sandbox/postgres/certificates.ts'
import { createAuthority as plainAuthority } from '../helpers/certificates.ts'

const FROM = new Date('2026-11-27T11:55:00Z')
const UNTIL = new Date('2027-02-25T11:55:00Z')
const dates = { notBefore: new Date('2026-11-01T00:00:00Z'), notAfter: new Date('2027-01-30T00:00:00Z') }

const own = await createAuthority('demo', 'cmd-a', dates)
const leaf = await own.issue({ commonName: 'app' })

it('issues what the official plugin issues', async () => {
  const authority = await openAuthority(own.certificate, own.key)
  const { certificate, key, facts } = await authority.issueClient('app', FROM, UNTIL)
  // Recorded sizes of certificate.create; a signature is up to two bytes shorter than usual.
  expect(Math.abs(certificate.length - 583)).toBeLessThanOrEqual(5)
  expect(key).toHaveLength(227)
  expect(key).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/)
  expect(facts).toMatchObject({
    subject: 'CN=app',
    commonName: 'app',
    issuer: 'OU=cmd-a, CN=demo',
    notBefore: '2026-11-27T11:55:00Z',
    notAfter: '2027-02-25T11:55:00Z',
    names: [],
    isAuthority: false,
    forClients: true,
    forServers: false,
  })
  const read = new x509.X509Certificate(certificate)
  const authorityRead = new x509.X509Certificate(own.certificate)
  expect(Buffer.from(read.issuerName.toArrayBuffer())).toEqual(Buffer.from(authorityRead.subjectName.toArrayBuffer()))
  expect(read.extensions.map(({ type, critical }) => [type, critical])).toEqual([
    ['2.5.29.15', true],
    ['2.5.29.37', false],
    ['2.5.29.19', true],
    ['2.5.29.35', false],
  ])
  const { digitalSignature, keyAgreement } = x509.KeyUsageFlags
  expect(read.getExtension(x509.KeyUsagesExtension)?.usages).toBe(digitalSignature | keyAgreement)
  const keyId = authorityRead.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId
  expect(read.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(keyId)
  expect(createPrivateKey(key).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  expect(read.serialNumber).toMatch(/^[4-7][0-9a-f]{31}$/)
  expect(isSignedBy(certificate, own.certificate)).toBe(true)
  expect(isKeyOf(certificate, key)).toBe(true)
  const again = await authority.issueClient('app', FROM, UNTIL)
  expect(again.key).not.toBe(key)
  expect(isKeyOf(certificate, again.key)).toBe(false)
})

it.each(['app', 'größe', 'a "quoted" one', '#hash', 'back\\slash', 'a, b=c+d', ' space ', 'x'.repeat(63)])(
  'takes the name of a role as it is: %s',
  async (role) => {
    const { certificate, facts } = await (await openAuthority(own.certificate, own.key)).issueClient(role, FROM, UNTIL)
    expect(facts.commonName).toBe(role)
    const [[attribute] = []] = new x509.X509Certificate(certificate).subjectName.toJSON().map((rdn) => rdn['CN'] ?? [])
    expect(attribute).toBeDefined()
    expect(new X509Certificate(certificate).toLegacyObject().subject.CN).toBe(role)
  },
)

describe('signs with', () => {
  const ALGORITHMS = [
    [{ name: 'ECDSA', namedCurve: 'P-384' }, 'SHA-384', 'ecdsa-with-SHA384'],
    [{ name: 'ECDSA', namedCurve: 'P-521' }, 'SHA-512', 'ecdsa-with-SHA512'],
    [
      { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
      'SHA-256',
      'sha256WithRSAEncryption',
    ],
    [{ name: 'Ed25519' }, '', 'ED25519'],
  ] as const

  it.each(ALGORITHMS)('%o', async (algorithm, hash) => {
    const keys = await webcrypto.subtle.generateKey(algorithm as never, true, ['sign', 'verify'])
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=Company CA',
      ...dates,
      keys,
      signingAlgorithm: { ...algorithm, hash } as never,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    })
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' })
    const authority = await openAuthority(certificate.toString('pem'), key.toString())
    const issued = await authority.issueClient('app', FROM, UNTIL)
    expect(isSignedBy(issued.certificate, certificate.toString('pem'))).toBe(true)
    // Without an identifier in the authority there is none of it in the certificate.
    expect(new x509.X509Certificate(issued.certificate).getExtension('2.5.29.35')).toBeNull()
  })
})

describe('an authority', () => {
  it('is the certificate of the key, where ca.crt is a bundle', async () => {
    const old = await plainAuthority('old')
    const { facts } = await openAuthority(old.cert + own.certificate, own.key)
    expect(facts.commonName).toBe('demo')
  })

  const locked = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey
  const odd = generateKeyPairSync('ec', {
    namedCurve: 'secp256k1',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey

  it.each([
    ['no certificate', '', own.key, 'ca.crt holds no certificate that can be read'],
    ['half a certificate', own.certificate.slice(0, 300), own.key, 'ca.crt holds no certificate that can be read'],
    ['no key', own.certificate, 'nothing', 'ca.key holds no private key that can be read'],
    ['a locked key', own.certificate, locked, 'ca.key is locked by a passphrase'],
    ['another key', own.certificate, leaf.key, 'ca.key is not the key of the certificate in ca.crt'],
    ['an odd key', own.certificate, odd, 'ca.key is not the key of the certificate in ca.crt'],
    ['a leaf', leaf.certificate, leaf.key, 'the certificate in ca.crt is not one of an authority'],
  ])('is not made of %s', async (_name, certificate, key, message) => {
    const error = await openAuthority(certificate, key).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AuthorityProblem)
    expect((error as Error).message).toBe(message)
  })
})

it('reads nothing out of what is no certificate', () => {
  for (const text of ['', 'x', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
    expect(firstFacts(text)).toBeUndefined()
    expect(isSignedBy(text, own.certificate)).toBe(false)
    expect(isKeyOf(text, own.key)).toBe(false)
  }
})
