import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { CliError } from '../errors/cli-error.ts'
import type { Host } from '../host/types.ts'
import { parseKubeconfig } from './kubeconfig-parse.ts'
import type { ParsedKubeconfig } from './kubeconfig-parse.ts'
import type { Kubeconfig } from './kubeconfig-types.ts'

/**
 * Reads the kubeconfig as kubectl does: `explicit` (the flag `--kubeconfig`) alone and required; else the list in
 * KUBECONFIG, where missing files are passed over and the first entry of a name wins as a whole; else ~/.kube/config.
 * Nothing at all gives an empty kubeconfig. Throws CliError `config`.
 */
export async function loadKubeconfig(explicit: string | undefined, host: Host): Promise<Kubeconfig> {
  const paths = explicit ? [explicit] : candidatePaths(host)
  const files: { path: string; found: boolean }[] = []
  const parsed: ParsedKubeconfig[] = []
  for (const path of paths.map((path) => resolve(host.cwd, path))) {
    const text = await readIfThere(path)
    files.push({ path, found: text !== undefined })
    if (text !== undefined) parsed.push(parseKubeconfig(text, path, dirname(path)))
    else if (explicit) throw missingFile(path)
  }
  return {
    files,
    currentContext: parsed.find((file) => file.currentContext !== undefined)?.currentContext,
    contexts: firstWins(parsed.map((file) => file.contexts)),
    clusters: firstWins(parsed.map((file) => file.clusters)),
    users: firstWins(parsed.map((file) => file.users)),
  }
}

/** `path` from a flag or a kubeconfig, absolute. */
export function absolutePath(path: string, directory: string): string {
  return isAbsolute(path) ? path : join(directory, path)
}

function candidatePaths(host: Host): string[] {
  const list = host.env.KUBECONFIG
  if (list) return list.split(host.platform === 'win32' ? ';' : ':').filter((path) => path !== '')
  return [join(host.homeDir, '.kube', 'config')]
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new CliError({
      kind: 'config',
      message: `kubeconfig ${path} cannot be read (${code ?? String(error)})`,
      hint: code === 'EISDIR' ? 'Name the file, not its folder.' : 'Check the rights of the file and its folder.',
    })
  }
}

function missingFile(path: string): CliError {
  return new CliError({
    kind: 'config',
    message: `kubeconfig ${path} does not exist`,
    hint: 'Correct --kubeconfig, or leave it out to use KUBECONFIG or ~/.kube/config.',
  })
}

function firstWins<T>(maps: readonly ReadonlyMap<string, T>[]): Map<string, T> {
  const merged = new Map<string, T>()
  for (const map of maps) {
    for (const [name, entry] of map) if (!merged.has(name)) merged.set(name, entry)
  }
  return merged
}
