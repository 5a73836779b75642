import { describe, expect, it } from 'vitest'
import { describe as sentence } from '../../src/errors/describe.ts'
import { connectionFailure, mayPass, wasNeverSent } from '../../src/kube/connection-failure.ts'

const to = { url: 'https://10.0.0.1:6443' }

function failing(code: string, message = code, extra: object = {}): Error {
  return Object.assign(new Error(message), { code, ...extra })
}

describe('the words for a failed connection', () => {
  it.each([
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tls', /refuses our client certificate/],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'tls', /refuses our client certificate/],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'tls', /refuses our client certificate/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls', /refuses our client certificate/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', /not signed by a certificate authority we trust/],
    ['CERT_NOT_YET_VALID', 'tls', /not valid yet/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', /does not speak TLS/],
    ['EPROTO', 'tls', /handshake .* failed/],
    ['ETIMEDOUT', 'unreachable', /cannot be reached/],
    ['EHOSTUNREACH', 'unreachable', /cannot be reached/],
    ['EAI_AGAIN', 'unreachable', /cannot be resolved/],
    ['HPE_INVALID_CONSTANT', 'unreachable', /does not answer in HTTP/],
    ['ERR_OSSL_PEM_NO_START_LINE', 'config', /cannot be read/],
    ['ERR_INVALID_CHAR', 'config', /cannot be sent/],
    ['E_NEVER_SEEN', 'unreachable', /no answer from the API server/],
  ])('%s', (code, kind, message) => {
    const error = connectionFailure(failing(code), to)
    expect(error.kind).toBe(kind)
    expect(error.message).toMatch(message)
    expect(error.hint).toBeTruthy()
  })

  it('knows OpenSSL’s sentences where there is only EPROTO', () => {
    const text =
      'write EPROTO 409D:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../x.c:918:SSL alert number 48\n'
    const error = connectionFailure(failing('EPROTO', text), to)
    expect(error.message).toContain('refuses our client certificate')
    expect(sentence(error)).not.toContain('routines')
  })

  it('names the names that a certificate has', () => {
    const cert = { subjectaltname: 'DNS:kubernetes, IP Address:10.96.0.1' }
    expect(connectionFailure(failing('ERR_TLS_CERT_ALTNAME_INVALID', 'x', { cert }), to).hint).toContain(
      'DNS:kubernetes',
    )
  })

  it('looks into the tries of several addresses', () => {
    const both = new AggregateError([failing('ECONNREFUSED'), failing('ENETUNREACH')], '')
    expect(connectionFailure(both, to).message).toContain('refused the connection')
  })

  it('tells what may pass and what was never sent, also of its own errors', () => {
    const refused = connectionFailure(failing('ECONNREFUSED'), to)
    const reset = connectionFailure(failing('ECONNRESET'), to)
    const untrusted = connectionFailure(failing('CERT_HAS_EXPIRED'), to)
    expect([mayPass(refused), mayPass(reset), mayPass(untrusted)]).toEqual([true, true, false])
    expect([wasNeverSent(refused), wasNeverSent(reset)]).toEqual([true, false])
  })
})
