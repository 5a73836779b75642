import { buildInfo } from '../../api/build-info.ts'
import type { ClusterSnapshot, FleetSnapshot, UnreadCluster } from '../../api/snapshot.ts'
import type { Context, OptionValues } from '../../cli/command.ts'
import { isEmptyContext } from '../../model/fleet.ts'
import type { FleetRequest } from '../../snapshot/fleet.ts'
import type { Via } from '../../snapshot/instances.ts'
import { singleName, type Selection } from '../status/selection.ts'

/** What was read for a check. */
export interface Gathered {
  snapshots: readonly ClusterSnapshot[]
  unread: readonly UnreadCluster[]
}

/**
 * Reads what is to be checked, all of it until the context's signal aborts. Throws CliError when not even the Clusters came.
 *
 * @param freeSpace ask for the free space of volumes, too
 */
export async function gatherForCheck(
  selection: Selection,
  options: OptionValues,
  freeSpace: boolean,
  context: Context,
): Promise<Gathered> {
  if (typeof options['from'] === 'string') {
    return gathered(await (await import('../status/saved.ts')).readSaved(options['from'], selection, context))
  }
  const name = singleName(selection)
  const request: FleetRequest = {
    verbose: 0,
    instanceTimeoutMs: options['instance-timeout'] as number,
    ...(options['via'] === undefined ? {} : { via: options['via'] as Via }),
    ...(freeSpace ? { freeSpace } : {}),
  }
  const { within } = await import('../../snapshot/within.ts')
  if (name === undefined) {
    const { gatherSelection } = await import('../status/gather-fleet.ts')
    return gathered(await within(gatherSelection(selection, request, context), context.signal))
  }
  const [session, { gatherCluster }] = await Promise.all([
    within(context.session(), context.signal),
    import('../../snapshot/gather.ts'),
  ])
  const { clock } = context.host
  const limits = { clock, signal: context.signal, clientVersion: buildInfo.version }
  return gathered(await gatherCluster(session, { ...request, namespace: session.namespace, name }, limits))
}

function gathered(found: ClusterSnapshot | FleetSnapshot): Gathered {
  if (!('kind' in found)) return { snapshots: [found], unread: [] }
  return { snapshots: found.clusters, unread: found.unread.filter((each) => !isEmptyContext(each)) }
}
