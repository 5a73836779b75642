import { chmod, readFile, writeFile } from 'node:fs/promises'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import type { InputStream } from '../host/types.ts'
import { redacted } from './redact.ts'
import { withoutSecrets } from './scrub.ts'

const VERSION: ClusterSnapshot['schemaVersion'] = 1

/**
 * Writes a snapshot that only its owner may read, without secrets and, if wanted, without names and addresses. Throws CliError
 * `config` when the file cannot be written.
 */
export async function saveSnapshot(
  path: string,
  snapshot: ClusterSnapshot,
  options: { redact: boolean },
): Promise<void> {
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

/**
 * Reads a snapshot that `saveSnapshot` wrote; `-` is stdin. Throws CliError `config` when it cannot be read, is none, or is of a
 * version that this program does not know.
 */
export async function loadSnapshot(path: string, stdin: InputStream): Promise<ClusterSnapshot> {
  const from = path === '-' ? 'stdin' : path
  let text: string
  try {
    text = path === '-' ? await textOf(stdin) : await readFile(path, 'utf8')
  } catch (cause) {
    throw new CliError({ kind: 'config', message: `cannot read ${from}: ${reasonOf(cause)}`, cause })
  }
  return checked(parsed(text), from)
}

function checked(value: unknown, from: string): ClusterSnapshot {
  const { schemaVersion, cluster, objects, instances } = (value ?? {}) as Partial<
    Record<keyof ClusterSnapshot, unknown>
  >
  if (typeof schemaVersion === 'number' && schemaVersion !== VERSION) {
    throw new CliError({
      kind: 'config',
      message: `${from} holds a snapshot of version ${schemaVersion}; this program reads version ${VERSION}`,
      hint: 'Read it with the version of kubectl-cnpg that saved it: see "clientVersion" in the file.',
    })
  }
  const whole =
    [cluster, objects].every((part) => typeof part === 'object' && part !== null) && Array.isArray(instances)
  if (schemaVersion === VERSION && whole) return value as ClusterSnapshot
  throw new CliError({
    kind: 'config',
    message: `${from} holds no snapshot of a cluster`,
    hint: 'A snapshot is made by: kubectl cnpg status CLUSTER --save FILE',
  })
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
