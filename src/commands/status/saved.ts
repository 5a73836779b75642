import type { ClusterSnapshot, FleetSnapshot } from '../../api/snapshot.ts'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { isFleet, loadSaved } from '../../snapshot/file.ts'
import type { Selection } from './selection.ts'

/**
 * Reads what `--save` wrote; of several clusters those that are named, one of them in full. Throws CliError `config` for a file
 * that cannot be read, `usage` for flags that need a server, and `missing` for a name that is not in the file.
 */
export async function readSaved(
  path: string,
  { names, everywhere, selector, contexts }: Selection,
  { host }: Context,
): Promise<ClusterSnapshot | FleetSnapshot> {
  if (everywhere || selector !== undefined || contexts !== undefined) {
    const message =
      '--from reads a file, all of it or the clusters named; flags that choose clusters cannot be combined with it'
    throw new CliError({ kind: 'usage', message })
  }
  const saved = await loadSaved(path, host.stdin)
  const there = isFleet(saved) ? saved.clusters : [saved]
  const missing = names.find((name) => !there.some(({ source }) => source.name === name))
  if (missing !== undefined) {
    const known = [...new Set(there.map(({ source }) => source.name))].sort()
    throw new CliError({
      kind: 'missing',
      message: `cluster "${missing}" is not in ${path === '-' ? 'stdin' : path}`,
      hint: `It holds: ${known.join(', ')}`,
    })
  }
  if (!isFleet(saved) || names.length === 0) return saved
  const clusters = saved.clusters.filter(({ source }) => names.includes(source.name))
  const [only, another] = clusters
  return only !== undefined && another === undefined ? only : { ...saved, clusters, unread: [] }
}
