import type { Cluster } from '../api/cluster.ts'

/** Whether the rules of pg_hba.conf let a role log in by certificate over the network. */
export interface CertificateLogin {
  /** `no`: another method comes first; `unknown`: a rule comes first of which it cannot be told here whom it means. */
  accepted: 'yes' | 'no' | 'unknown'
  /** The rule that decides, as it is written; null when it is the operator's own last one, which asks for a password. */
  rule: string | null
}

interface Rule {
  text: string
  type: string
  databases: string[]
  users: string[]
  method: string
  options: string[]
}

const NETWORK_TYPES = ['host', 'hostssl']

/**
 * Looks for the first rule that concerns the role, in the order of the operator's file: its own for streaming_replica, those of
 * the Cluster's spec, then `host all all all scram-sha-256` (spec/wire-formats.md F.1; PostgreSQL documentation, "The pg_hba.conf
 * File"). Addresses are taken to match: where somebody will connect from is not known.
 */
export function certificateLogin(cluster: Cluster, role: string, database: string): CertificateLogin {
  if (role === 'streaming_replica' && database === 'postgres') return { accepted: 'yes', rule: 'the operator’s own' }
  for (const text of cluster.spec.postgresql?.pg_hba ?? []) {
    const rule = parse(text)
    if (rule === undefined || !NETWORK_TYPES.includes(rule.type)) continue
    const matches = [
      matchOf(rule.users, role, []),
      matchOf(rule.databases, database, ['sameuser', 'samerole', 'samegroup']),
    ]
    if (matches.includes('no')) continue
    if (matches.includes('unknown')) return { accepted: 'unknown', rule: text }
    return { accepted: takesCertificates(rule) ? 'yes' : 'no', rule: text }
  }
  return { accepted: 'no', rule: null }
}

/** The line that would let the role in, for `.spec.postgresql.pg_hba`. */
export function certificateRule(role: string, database: string): string {
  return `hostssl ${quoted(database)} ${quoted(role)} all cert`
}

function takesCertificates({ type, method, options }: Rule): boolean {
  if (method === 'cert') return true
  // A rule of trust that demands the certificate all the same.
  return type === 'hostssl' && method === 'trust' && options.includes('clientcert=verify-full')
}

function matchOf(list: readonly string[], name: string, relative: readonly string[]): 'yes' | 'no' | 'unknown' {
  if (list.includes('all') || list.some((entry) => plain(entry) === name)) return 'yes'
  const unclear = list.some((entry) => /^[+/@]/.test(entry) || relative.includes(entry))
  return unclear ? 'unknown' : 'no'
}

function plain(entry: string): string {
  return entry.startsWith('"') ? entry.slice(1, -1).replaceAll('""', '"') : entry
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && name !== 'all' ? name : `"${name.replaceAll('"', '""')}"`
}

/** Type, databases, users, address with perhaps a mask of its own, method, options; undefined for a line that is none. */
function parse(text: string): Rule | undefined {
  const words = text.match(/(?:"(?:[^"]|"")*"|[^\s"#,]|,\s*)+|#.*/g)?.filter((word) => !word.startsWith('#')) ?? []
  const [type, databases, users, address, ...rest] = words
  if (type === undefined || databases === undefined || users === undefined || address === undefined) return undefined
  const behind = /^\d+(\.\d+){3}$|^[0-9a-f]*:[0-9a-f:]*$/i.test(rest[0] ?? '') ? rest.slice(1) : rest
  const [method, ...options] = behind
  if (method === undefined) return undefined
  return { text, type, databases: entries(databases), users: entries(users), method, options }
}

/** Entries between commas that stand outside quotes. */
function entries(list: string): string[] {
  return list.match(/"(?:[^"]|"")*"|[^,\s]+/g) ?? []
}
