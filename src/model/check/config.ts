import { CliError } from '../../errors/cli-error.ts'
import { judgingBy, type Settings } from './settings.ts'

/** A file of settings: what holds for all clusters, and for some of them. */
export interface CheckConfig {
  general: Settings
  /** In the order of the file; every pattern that fits counts, later ones win. */
  clusters: readonly { pattern: string; settings: Settings }[]
}

/** Which cluster is meant. */
export interface Place {
  context: string | null
  namespace: string
  name: string
}

const KEYS = ['thresholds', 'only', 'skip', 'ack']

/**
 * Reads and checks the document of a settings file. Throws CliError `config` that names the place in the file.
 *
 * @param file its name, for errors
 */
export function readConfig(document: unknown, file: string): CheckConfig {
  const { clusters, ...rest } = mapping(document, file, 'the document')
  const general = settings(rest, file, '', ['clusters'])
  return {
    general,
    clusters: Object.entries(mapping(clusters, file, 'clusters')).map(([pattern, value]) => {
      const at = `clusters["${pattern}"]`
      if (!/^(?:[^/]+\/){1,2}[^/]+$/.test(pattern))
        throw wrong(file, at, 'must be named NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME')
      return { pattern, settings: settings(mapping(value, file, at), file, `${at}.`, []) }
    }),
  }
}

/** What a file says of one cluster, in the order of rising weight. */
export function settingsOf({ general, clusters }: CheckConfig, place: Place): Settings[] {
  return [general, ...clusters.filter(({ pattern }) => fits(pattern, place)).map(({ settings }) => settings)]
}

/** `*` stands for any text without a slash. */
function fits(pattern: string, { context, namespace, name }: Place): boolean {
  const parts = pattern.split('/')
  const texts = parts.length === 3 ? [context ?? '', namespace, name] : [namespace, name]
  return parts.every((part, index) => {
    const source = part.split('*').map(escaped).join('.*')
    return new RegExp(`^${source}$`).test(texts[index] ?? '')
  })
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function settings(fields: Record<string, unknown>, file: string, at: string, more: readonly string[]): Settings {
  const unknown = Object.keys(fields).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) {
    throw wrong(file, `${at}${unknown}`, `is not known here; there are ${[...KEYS, ...more].join(', ')}`)
  }
  const read: Settings = {
    thresholds: texts(fields['thresholds'], file, `${at}thresholds`),
    only: list(fields['only'], file, `${at}only`),
    skip: list(fields['skip'], file, `${at}skip`),
    ack: texts(fields['ack'], file, `${at}ack`),
  }
  try {
    judgingBy([read])
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const hint = error.hint === undefined ? {} : { hint: error.hint }
    throw new CliError({
      kind: 'config',
      message: `${file}: ${at === '' ? '' : `${at.slice(0, -1)}: `}${error.message}`,
      ...hint,
    })
  }
  return read
}

function mapping(value: unknown, file: string, at: string): Record<string, unknown> {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(file, at, 'must be a mapping')
  return value as Record<string, unknown>
}

function texts(value: unknown, file: string, at: string): Record<string, string> {
  const entries = Object.entries(mapping(value, file, at))
  return Object.fromEntries(entries.map(([key, entry]) => [key, text(entry, file, `${at}.${key}`)]))
}

function list(value: unknown, file: string, at: string): string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw wrong(file, at, 'must be a list')
  return value.map((entry, index) => text(entry, file, `${at}[${index}]`))
}

function text(value: unknown, file: string, at: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw wrong(file, at, 'must be text')
}

function wrong(file: string, at: string, why: string): CliError {
  return new CliError({
    kind: 'config',
    message: `${file}: ${at} ${why}`,
    hint: 'An example of the file is in: kubectl cnpg check --print config',
  })
}
