import type { ClusterSnapshot, FleetSnapshot } from '../api/snapshot.ts'

const REDACTED = 'REDACTED'
/** Second copies of what the objects hold anyway, in a form where secrets cannot be told from the rest. */
const COPIES = new Set(['kubectl.kubernetes.io/last-applied-configuration', 'cnpg.io/podSpec', 'managedFields'])
/** Members whose text is a secret; a reference to a Secret is an object and stays. */
const SECRET_KEY = /(password|passwd|passphrase|secretkey|accesskey|token)$/i
/** They prove where a demoted cluster stood, and are needed to tell whether it did; they give access to nothing. */
const TELLING = new Set(['promotionToken', 'demotionToken', 'lastPromotionToken'])
/** Passwords within a text: a connection string, an option of pg_hba.conf, the user part of a URL. */
const WITHIN =
  /((?:password|passwd|passphrase|ldapbindpasswd|ldapsecret|radiussecrets?)\s*=\s*)('(?:[^'\\]|\\.)*'|"[^"]*"|[^\s'"]+)/gi
const IN_URL = /(:\/\/[^\s:/@]*:)[^\s@/]+@/g

/**
 * The snapshot as it may be kept or sent to somebody: no password that users wrote into specs, environment variables,
 * parameters or files, and no second copies of objects. Secrets themselves are never part of a snapshot.
 */
export function withoutSecrets<T extends ClusterSnapshot | FleetSnapshot>(snapshot: T): T {
  return cleaned(snapshot, '') as T
}

function cleaned(value: unknown, key: string): unknown {
  if (typeof value === 'string') return SECRET_KEY.test(key) && !TELLING.has(key) ? REDACTED : cleanedText(value)
  if (Array.isArray(value)) return value.map((item) => (key === 'env' ? withoutValue(item) : cleaned(item, key)))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name]) => !COPIES.has(name))
  return Object.fromEntries(members.map(([name, member]) => [name, cleaned(member, name)]))
}

function cleanedText(text: string): string {
  return text.replace(WITHIN, `$1${REDACTED}`).replace(IN_URL, `$1${REDACTED}@`)
}

/** An environment variable of a container may hold anything. */
function withoutValue(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || !('value' in item)) return item
  return { ...item, value: REDACTED }
}
