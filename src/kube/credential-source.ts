import type { CredentialSource } from './authenticated-transport.ts'
import type { Credentials } from './credentials.ts'

/** Credentials count as expired this long before they are, in milliseconds. */
const EXPIRY_MARGIN_MS = 1_000
/** New credentials that are refused within this time, in milliseconds, are not renewed once more. */
const RENEWAL_PERIOD_MS = 60_000

/**
 * Resolves credentials once per run, again when they have expired, and once after the server refused them; requests
 * that come together share one resolution. `resolve` runs the plugin or reads the files, `now` is in milliseconds.
 */
export function credentialSource(resolve: () => Promise<Credentials>, now: () => number): CredentialSource {
  let present: Promise<Credentials> | undefined
  let renewed: { credentials: Credentials; at: number } | undefined

  const resolveAnew = (): Promise<Credentials> => {
    const attempt = resolve()
    present = attempt
    attempt.catch(() => {
      if (present === attempt) present = undefined
    })
    return attempt
  }
  const isExpired = ({ expiresAt }: Credentials): boolean =>
    expiresAt !== undefined && expiresAt - EXPIRY_MARGIN_MS <= now()

  return {
    async current() {
      const known = present ?? resolveAnew()
      const credentials = await known
      if (!isExpired(credentials)) return credentials
      return present === known || present === undefined ? resolveAnew() : present
    },
    async renew(refused) {
      if (!refused.renewable) return undefined
      if (renewed?.credentials === refused && now() - renewed.at < RENEWAL_PERIOD_MS) return undefined
      const latest = await (present ?? resolveAnew())
      if (latest !== refused) return latest
      const credentials = await resolveAnew()
      renewed = { credentials, at: now() }
      return credentials
    },
  }
}
