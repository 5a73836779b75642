import { chmod, readFile, writeFile } from 'node:fs/promises'
import type { ClusterSnapshot, FleetSnapshot } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import type { InputStream } from '../host/types.ts'
import { redacted } from './redact.ts'
import { withoutSecrets } from './scrub.ts'

const VERSION: ClusterSnapshot['schemaVersion'] = 1

/** What a file can hold: one cluster, or several. */
export type SavedSnapshot = ClusterSnapshot | FleetSnapshot

/**
 * Writes a snapshot that only its owner may read, without secrets and, if wanted, without names and addresses. Throws CliError
 * `config` when the file cannot be written.
 */
export async function saveSnapshot(path: string, snapshot: SavedSnapshot, options: { redact: boolean }): Promise<void> {
  const clean = withoutSecrets(snapshot)
  const text = `${JSON.stringify(options.redact ? redacted(clean) : clean, undefined, 2)}\n`
  try {
    await writeFile(path, text, { mode: 0o600 })
    // A file that was there before keeps the mode it had.
    await chmod(path, 0o600)
  } catch (cause) {
    throw new CliError({ kind: 'config', message: `cannot save to ${path}: ${reasonOf(cause)}`, cause })
  }
}

/** True for a snapshot of several clusters. */
export function isFleet(snapshot: SavedSnapshot): snapshot is FleetSnapshot {
  return 'kind' in snapshot
}

/**
 * Reads the snapshot of one cluster that `saveSnapshot` wrote; `-` is stdin. Throws CliError `config` when it cannot be read, is
 * none, holds several clusters, or is of a version that this program does not know.
 */
export async function loadSnapshot(path: string, stdin: InputStream): Promise<ClusterSnapshot> {
  const saved = await loadSaved(path, stdin)
  if (!isFleet(saved)) return saved
  const [only] = saved.clusters
  if (only !== undefined && saved.clusters.length === 1) return only
  throw new CliError({
    kind: 'config',
    message: `${nameOf(path)} holds ${saved.clusters.length} clusters, and one is needed`,
    hint: `See them with: kubectl cnpg status --from ${path}`,
  })
}

/** The same for what can be one cluster or several. */
export async function loadSaved(path: string, stdin: InputStream): Promise<SavedSnapshot> {
  const from = nameOf(path)
  let text: string
  try {
    text = path === '-' ? await textOf(stdin) : await readFile(path, 'utf8')
  } catch (cause) {
    throw new CliError({ kind: 'config', message: `cannot read ${from}: ${reasonOf(cause)}`, cause })
  }
  return checked(parsed(text), from)
}

function checked(value: unknown, from: string): SavedSnapshot {
  const { schemaVersion, kind, clusters, unread } = (value ?? {}) as Partial<Record<keyof FleetSnapshot, unknown>>
  if (typeof schemaVersion === 'number' && schemaVersion !== VERSION) {
    throw new CliError({
      kind: 'config',
      message: `${from} holds a snapshot of version ${schemaVersion}; this program reads version ${VERSION}`,
      hint: 'Read it with the version of kubectl-cnpg that saved it: see "clientVersion" in the file.',
    })
  }
  const fleet = kind === 'Fleet' && Array.isArray(clusters) && Array.isArray(unread) && clusters.every(isCluster)
  if (schemaVersion === VERSION && (fleet || isCluster(value))) return value as SavedSnapshot
  throw new CliError({
    kind: 'config',
    message: `${from} holds no snapshot of a cluster`,
    hint: 'A snapshot is made by: kubectl cnpg status CLUSTER --save FILE',
  })
}

function isCluster(value: unknown): boolean {
  const { cluster, objects, instances } = (value ?? {}) as Partial<Record<keyof ClusterSnapshot, unknown>>
  const isObject = (part: unknown): boolean => typeof part === 'object' && part !== null
  return isObject(cluster) && isObject(objects) && Array.isArray(instances)
}

function nameOf(path: string): string {
  return path === '-' ? 'stdin' : path
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function textOf(stdin: InputStream): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stdin.read()) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
