import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { Authority } from '../sandbox/api-server/certificates.ts'
import type { KubeconfigOptions } from '../sandbox/api-server/server.ts'
import { type RecordedState, startRecordedState } from '../sandbox/recorded/state.ts'
import { play } from '../snapshot/support/recorded.ts'
import { root } from '../helpers/process.ts'

let server: RecordedState

beforeAll(async () => {
  server = await startRecordedState(`${root}test/fixtures/states/healthy-single`)
})

afterEach(() => server.faults.clear())

afterAll(() => server.close())

/** What the user reads when the API server cannot be talked to, with the port written as PORT. */
async function refusal(
  { words = '', ...options }: KubeconfigOptions & { words?: string } = {},
  of: RecordedState = server,
): Promise<string> {
  const { cluster, namespace } = of.meta
  const kubeconfig = of.kubeconfigFor('admin', { namespace, ...options })
  const { code, stdout, stderr } = await cli(`status ${cluster} ${words}`, { kubeconfig })
  expect(stdout).toBe('')
  return `${stderr.replaceAll(String(of.port), 'PORT')}exit ${code}`
}

it('a server of another authority is not trusted', async () => {
  const stranger = new Authority('stranger-ca').certificate
  expect(await refusal({ authority: stranger })).toMatchInlineSnapshot(`
    "Error: the certificate of the API server at https://127.0.0.1:PORT is not signed by a certificate authority we trust: self-signed certificate in certificate chain
    The cluster may have been rebuilt, or a proxy answers in its place. Fetch the kubeconfig again, or name the right authority with --certificate-authority.
    exit 1"
  `)
})

it('nor one whose certificate has expired', async () => {
  const expired = await play('healthy-single', { serverNotAfter: new Date('2024-01-01T00:00:00Z') })
  expect(await refusal({}, expired.server)).toMatchInlineSnapshot(`
    "Error: the certificate of the API server at https://127.0.0.1:PORT (or of its authority) has expired: certificate has expired
    It is the server’s side that has to renew it (kubeadm: \`kubeadm certs renew apiserver\`), unless the clock of this machine is wrong.
    exit 1"
  `)
})

it('nor one of another name', async () => {
  expect(await refusal({ words: '--tls-server-name api.example.org' })).toMatchInlineSnapshot(`
    "Error: the certificate of the API server at https://127.0.0.1:PORT is for another name
    It is for: DNS:localhost, IP Address:127.0.0.1, DNS:kubernetes, DNS:kubernetes.default, DNS:kubernetes.default.svc.
    Use one of its names as the server’s address, or give one with --tls-server-name.
    exit 1"
  `)
})

it('an expired client certificate is named as the reason', async () => {
  expect(await refusal({ notAfter: new Date('2024-01-01T00:00:00Z') })).toMatchInlineSnapshot(`
    "Error: Unauthorized
    Our client certificate expired on 2024-01-01 00:00 UTC.
    Log in again or fetch the kubeconfig again (context "sandbox").
    exit 1"
  `)
})

it('a token that is refused', async () => {
  expect(await refusal({ words: '--token wrong', auth: 'none' })).toMatchInlineSnapshot(`
    "Error: Unauthorized
    The server does not accept the credentials of user "admin": they may have expired.
    Log in again or fetch the kubeconfig again (context "sandbox").
    exit 1"
  `)
})

it('a user without the right to read the Cluster learns which right', async () => {
  const allow = server.policy.deny({ resource: 'clusters' })
  onTestFinished(() => allow())
  expect(await refusal()).toMatchInlineSnapshot(`
    "Error: clusters.postgresql.cnpg.io "mycluster" is forbidden: User "admin" cannot get resource "clusters" in API group "postgresql.cnpg.io" in the namespace "rec-single"
    Missing: get clusters in namespace "rec-single" for user "admin". A Role rule that grants it:
      - apiGroups: ["postgresql.cnpg.io"]
        resources: ["clusters"]
        verbs: ["get"]
    exit 1"
  `)
})

it('a port that refuses', async () => {
  expect(await refusal({ server: 'https://127.0.0.1:1' })).toMatchInlineSnapshot(`
    "Error: the API server at https://127.0.0.1:1 refused the connection: connect ECONNREFUSED 127.0.0.1:1
    Nothing listens there: the server may be down, or the address in the kubeconfig old. \`kubectl config view --minify\` shows it.
    exit 1"
  `)
})

it('a name that nobody knows', async () => {
  expect(await refusal({ server: 'https://api.invalid' })).toMatchInlineSnapshot(`
    "Error: the name of the API server at https://api.invalid cannot be resolved: getaddrinfo ENOTFOUND api.invalid
    Check the address in the kubeconfig, the DNS of this machine, and whether a VPN is needed.
    exit 1"
  `)
})

it.each([
  ['before TLS', undefined],
  ['to the request', { hang: true }],
])('a server that accepts and never answers %s ends at the deadline', async (_when, fault) => {
  if (fault === undefined) server.faults.connections = 'silent'
  else server.faults.add(fault)
  expect(await refusal({ words: '--timeout 1s' })).toMatchInlineSnapshot(`
    "Error: not finished after 1s: the API server at https://127.0.0.1:PORT has not answered at all
    It may be overloaded or down behind its address, or a firewall drops what is sent: check the address in the kubeconfig and the VPN.
    exit 124"
  `)
})

it('a port that speaks something else than TLS', async () => {
  const other = createServer((socket) => socket.on('error', () => undefined).end('220 mail.example.org ESMTP\r\n'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  const text = await refusal({ server: `https://127.0.0.1:${port}` })
  expect(text.replaceAll(String(port), 'PORT')).toMatchInlineSnapshot(`
    "Error: https://127.0.0.1:PORT does not speak TLS
    Is it the right port? For a server without TLS (kubectl proxy) the address starts with http://.
    exit 1"
  `)
})

it('a server that closes in the middle of every body', async () => {
  server.faults.add({ cut: 'during' })
  expect(await refusal()).toMatchInlineSnapshot(`
    "Error: the API server at https://127.0.0.1:PORT closed the connection before its answer was complete: aborted
    It may be restarting or overloaded, or something in between cuts connections. Try again.
    exit 1"
  `)
})

it('a page of HTML in place of the API', async () => {
  server.faults.add({ answer: { code: 200, html: '<html><head><title>Sign in</title></head></html>' } })
  expect(await refusal()).toMatchInlineSnapshot(`
    "Error: https://127.0.0.1:PORT answered with a web page instead of JSON: Sign in
    A login page or a proxy answers in place of the API server: check the address in the kubeconfig, the VPN and proxy settings.
    exit 1"
  `)
})

it('an API without CloudNativePG', async () => {
  server.faults.add({ path: '/apis/postgresql.cnpg.io', answer: { code: 404, text: '404 page not found\n' } })
  expect(await refusal()).toMatchInlineSnapshot(`
    "Error: the server has no resource "clusters" in the API group postgresql.cnpg.io: https://127.0.0.1:PORT answered HTTP 404 to GET /apis/postgresql.cnpg.io/v1/namespaces/rec-single/clusters/mycluster: 404 page not found
    the CloudNativePG operator is not installed there: is this the right context (--context)?
    to install it: kubectl cnpg install generate | kubectl apply --server-side -f -
    exit 1"
  `)
})

it('a server that is overloaded for good', async () => {
  const message = 'etcdserver: request timed out'
  server.faults.add({ answer: { code: 503, reason: 'ServiceUnavailable', message, retryAfterSeconds: 0 } })
  expect(await refusal()).toMatchInlineSnapshot(`
    "Error: etcdserver: request timed out
    The API server, or what it forwards to, is not available right now. Try again in a moment.
    exit 1"
  `)
})
