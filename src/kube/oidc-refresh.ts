import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError } from '../errors/cli-error.ts'
import type { Host } from '../host/types.ts'
import { plainText } from './plain-text.ts'
import { signalFailure } from './request-parts.ts'
import { limitTime } from './time-limit.ts'
import { openHttpsTransport } from './transport-https.ts'
import type { TransportResponse } from './transport.ts'

/** What a refresh needs, from the auth-provider's config. */
export interface OidcClient {
  issuer: string
  clientId: string
  clientSecret: string
  refreshToken: string
  caFile: string | undefined
  /** Base64 of PEM. */
  caData: string | undefined
}

export interface OidcTokens {
  idToken: string | undefined
  /** A new one, where the issuer gives one. */
  refreshToken: string | undefined
}

const LIMIT_MS = 15_000

/**
 * Uses the refresh-token (RFC 6749, 6) at the token endpoint that the issuer's discovery document names. The client
 * authenticates by header first, then in the form, as golang.org/x/oauth2 does. Throws CliError.
 */
export async function requestTokens(client: OidcClient, host: Host, signal: AbortSignal): Promise<OidcTokens> {
  const limit = limitTime(signal, LIMIT_MS, () => failed(client, 'did not answer in time', 'timeout'))
  try {
    const ca = await authority(client, host)
    const discovery = await call(
      `${client.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      undefined,
      {},
      ca,
      limit.signal,
    )
    const endpoint = discovery.status === 200 ? members(discovery).token_endpoint : undefined
    if (typeof endpoint !== 'string')
      throw failed(client, `does not say where its token endpoint is (HTTP ${discovery.status})`)
    const form = { grant_type: 'refresh_token', refresh_token: client.refreshToken }
    const basic = `Basic ${Buffer.from(`${encodeURIComponent(client.clientId)}:${encodeURIComponent(client.clientSecret)}`).toString('base64')}`
    let answer = await call(endpoint, form, { Authorization: basic }, ca, limit.signal)
    if (answer.status === 400 || answer.status === 401) {
      const inForm = {
        ...form,
        client_id: client.clientId,
        ...(client.clientSecret ? { client_secret: client.clientSecret } : {}),
      }
      answer = await call(endpoint, inForm, {}, ca, limit.signal)
    }
    const { id_token: idToken, refresh_token: refreshToken, error, error_description: detail } = members(answer)
    if (answer.status !== 200) {
      const why = [error, detail].filter((text) => typeof text === 'string').join(': ')
      throw failed(
        client,
        `refused to renew the login (HTTP ${answer.status}${why === '' ? '' : `, ${plainText(why, 200)}`})`,
      )
    }
    return {
      idToken: typeof idToken === 'string' ? idToken : undefined,
      refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined,
    }
  } catch (error) {
    if (limit.signal.aborted) throw signalFailure(limit.signal)
    throw error instanceof CliError && error.kind !== 'config' && error.kind !== 'timeout'
      ? failed(client, 'cannot be reached', error.kind, error)
      : error
  } finally {
    limit.clear()
  }
}

async function call(
  address: string,
  form: Record<string, string> | undefined,
  headers: Record<string, string>,
  ca: Buffer | undefined,
  signal: AbortSignal,
): Promise<TransportResponse> {
  const url = new URL(address)
  const transport = await openHttpsTransport({
    url: url.origin,
    tls: { ...(ca === undefined ? {} : { ca }), rejectUnauthorized: true },
    compression: true,
    connectTimeoutMs: LIMIT_MS,
  })
  try {
    return await transport.request({
      method: form === undefined ? 'GET' : 'POST',
      path: `${url.pathname}${url.search}`,
      headers: {
        Accept: 'application/json',
        ...headers,
        ...(form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
      signal,
    })
  } finally {
    transport.close()
  }
}

async function authority(client: OidcClient, host: Host): Promise<Buffer | undefined> {
  if (client.caData) return Buffer.from(client.caData, 'base64')
  if (!client.caFile) return undefined
  try {
    return await readFile(resolve(host.cwd, client.caFile))
  } catch {
    throw failed(client, `has a certificate authority that cannot be read: ${client.caFile}`)
  }
}

function members(answer: TransportResponse): Record<string, unknown> {
  try {
    return (JSON.parse(Buffer.from(answer.body).toString('utf8')) ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}

function failed(client: OidcClient, what: string, kind: CliError['kind'] = 'config', cause?: unknown): CliError {
  return new CliError({
    kind,
    message: `the OIDC issuer ${client.issuer} ${what}`,
    hint: 'Log in again the way your cluster’s provider says.',
    ...(cause === undefined ? {} : { cause }),
  })
}
