import { CliError } from '../errors/cli-error.ts'
import type { Host } from '../host/types.ts'
import type { AuthProvider } from './kubeconfig-types.ts'
import { storeTokens } from './oidc-store.ts'
import { requestTokens } from './oidc-refresh.ts'

/** A token counts as expired this long before it is, in milliseconds. */
const EXPIRY_MARGIN_MS = 10_000

/**
 * The id-token of the kubeconfig's `oidc` auth-provider. An expired one is renewed with the refresh-token at the
 * issuer, and both are written back to the kubeconfig, because issuers let a refresh-token be used only once.
 * Throws CliError `config` when the user has to log in again.
 */
export async function oidcToken(provider: AuthProvider, host: Host, signal: AbortSignal): Promise<string> {
  const { config } = provider
  const idToken = config['id-token']
  if (idToken && expiryOf(idToken) - EXPIRY_MARGIN_MS > host.clock.now().getTime()) return idToken

  const issuer = config['idp-issuer-url']
  const clientId = config['client-id']
  const refreshToken = config['refresh-token']
  if (!issuer || !clientId || !refreshToken) {
    throw loginAgain(
      'the OIDC token of the kubeconfig has expired, and it holds no refresh-token, client-id and issuer to renew it',
    )
  }
  const tokens = await requestTokens(
    {
      issuer,
      clientId,
      clientSecret: config['client-secret'] ?? '',
      refreshToken,
      caFile: config['idp-certificate-authority'],
      caData: config['idp-certificate-authority-data'],
    },
    host,
    signal,
  )
  if (tokens.idToken === undefined) throw loginAgain('the OIDC issuer renewed the login without giving an id-token')
  const stored = await storeTokens(provider, {
    idToken: tokens.idToken,
    refreshToken: tokens.refreshToken ?? refreshToken,
  })
  if (!stored) {
    await host.stderr.write(
      `Note: the renewed OIDC tokens could not be stored in ${provider.file}; the next login may fail.\n`,
    )
  }
  return tokens.idToken
}

/** `exp` of a JWT in milliseconds since 1970; 0 when it cannot be read, which counts as expired. */
function expiryOf(jwt: string): number {
  try {
    const payload = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: unknown }
    return typeof payload.exp === 'number' ? payload.exp * 1000 : 0
  } catch {
    return 0
  }
}

function loginAgain(message: string): CliError {
  return new CliError({ kind: 'config', message, hint: 'Log in again the way your cluster’s provider says.' })
}
