import type { ClusterSnapshot, FleetSnapshot } from '../api/snapshot.ts'

const REDACTED = 'REDACTED'
/** Second copies of what the objects hold anyway, in a form where secrets cannot be told from the rest. */
const COPIES = new Set(['kubectl.kubernetes.io/last-applied-configuration', 'cnpg.io/podSpec', 'managedFields'])
/** Members whose text is a secret; a reference to a Secret is an object and stays. */
const SECRET_KEY = /(password|passwd|passphrase|secretkey|accesskey|token)$/i
/** They prove where a demoted cluster stood, and are needed to tell whether it did; they give access to nothing. */
const TELLING = new Set(['promotionToken', 'demotionToken', 'lastPromotionToken'])
/** Words that name a secret, as in PGPASSWORD, AWS_SECRET_ACCESS_KEY or apiToken. */
const SECRET_WORD = String.raw`[\w.-]*(?:password|passwd|passphrase|secret[_-]?(?:access[_-]?)?key|access[_-]?key|api[_-]?key|token|secret)`
const VALUE = String.raw`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s'",;]+`
/** Secrets within a text: a connection string, an option of pg_hba.conf, a variable, a flag. */
const ASSIGNED = new RegExp(String.raw`(${SECRET_WORD}\s*=\s*)(?:${VALUE})`, 'gi')
/** The same in JSON within a text, its quotes escaped or not. */
const IN_JSON = new RegExp(String.raw`("${SECRET_WORD}\\?"\s*:\s*)\\?"(?:[^"\\]|\\[^"])*\\?"`, 'gi')
/** A private key, a JSON Web Token, the id of an access key of AWS: known by themselves wherever they stand. */
const BARE =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g
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
  return text
    .replace(BARE, REDACTED)
    .replace(IN_JSON, `$1"${REDACTED}"`)
    .replace(ASSIGNED, `$1${REDACTED}`)
    .replace(IN_URL, `$1${REDACTED}@`)
}

/** An environment variable of a container may hold anything. */
function withoutValue(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || !('value' in item)) return item
  return { ...item, value: REDACTED }
}
