import { buildInfo } from '../../api/build-info.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Context } from '../../cli/command.ts'
import type { Session } from '../../kube/session.ts'
import type { Compared } from '../../model/diff/compare.ts'
import type { Side } from './side.ts'

/** Reads and judges one side. Throws CliError when there is nothing to compare. */
export async function readSide(side: Side, context: Context): Promise<Compared> {
  const [snapshot, { buildStatus }, { assess }] = await Promise.all([
    snapshotOf(side, context),
    import('../../model/status.ts'),
    import('../../model/rules/assess.ts'),
  ])
  const status = buildStatus(snapshot)
  const source = side.kind === 'file' ? (side.path === '-' ? 'stdin' : side.path) : 'live'
  return { source, snapshot, status, findings: assess(status) }
}

async function snapshotOf(side: Side, context: Context): Promise<ClusterSnapshot> {
  if (side.kind === 'file') {
    return (await import('../../snapshot/file.ts')).loadSnapshot(side.path, context.host.stdin)
  }
  const [{ gatherCluster }, { withoutSecrets }] = await Promise.all([
    import('../../snapshot/gather.ts'),
    import('../../snapshot/scrub.ts'),
  ])
  const { session, ours } = await sessionFor(side.context, context)
  try {
    const request = { namespace: side.namespace ?? session.namespace, name: side.name, verbose: 0 }
    const { clock } = context.host
    const options = { clock, signal: context.signal, clientVersion: buildInfo.version }
    // As in a file, or else the two would differ by what files leave out.
    return withoutSecrets(await gatherCluster(session, request, options))
  } finally {
    if (ours) session.close()
  }
}

/** The usual session, or one of its own (to be closed) for another context. */
async function sessionFor(name: string | undefined, context: Context): Promise<{ session: Session; ours: boolean }> {
  if (name === undefined) return { session: await context.session(), ours: false }
  const { openSession } = await import('../../kube/open-session.ts')
  return { session: await openSession({ ...context.connection, context: name }, context.host), ours: true }
}
