import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { planRestore } from '../../plan/restore.ts'
import type { RestoreState } from '../../plan/restore-view.ts'
import { goalOfRestore } from '../../plan/restore-goal.ts'
import { clusterReader } from '../change/cluster.ts'
import { showManifest } from '../change/manifest.ts'
import { withOwned } from '../change/owned-objects.ts'
import { runChange } from '../change/run.ts'
import type { Change } from '../change/run.ts'
import { secondsText } from '../change/view.ts'
import { note } from '../note.ts'
import { clusterName, restoreWish } from './options.ts'
import { clusterOfBackup, readGround } from './read.ts'

/** Rest between two looks at a restore, in milliseconds: it takes minutes, or hours. */
const POLL_MS = 1000

/** `restore [CLUSTER]`: prints the manifest of a Cluster that recovers or, with `--apply`, creates it. */
export async function runRestore(invocation: Invocation, context: Context): Promise<number> {
  const { args, options } = invocation
  const wish = restoreWish(options)
  const given = args['CLUSTER'] as string | undefined
  if (wish.name !== null) clusterName(wish.name)
  if (given === undefined && wish.backup === null) {
    throw new CliError({ kind: 'usage', message: 'what is to be restored? Give a CLUSTER or a --backup' })
  }
  const apply = options['apply'] === true
  const session = await context.session()
  const cluster = given ?? (await clusterOfBackup(wish.backup ?? '', { session, signal: context.signal }))
  const name = clusterName(wish.name ?? `${cluster}-restored`)
  const intent = { ...wish, name }
  const reader = clusterReader(name, context)
  const { clock } = context.host
  const change: Change<RestoreState, ClusterSnapshot> = {
    subject: cluster,
    read: (reading) => readGround(cluster, name, wish.backup !== null, reading, context),
    plan: (state) => planRestore(state, intent),
    observe: async (reading) => withOwned(await reader.observe(reading), reading, clock),
    goal: () => goalOfRestore(),
    pollMs: POLL_MS,
    dryRun: async (plan, settings, shown) => {
      const code = await showManifest(plan, settings, shown)
      if (!apply && code === Exit.ok)
        await note(shown, 'Nothing was created: --apply does that, or kubectl create -f -')
      return code
    },
    done: ({ target }, { seconds, reason }) => `${target} is restored after ${secondsText(seconds)}: ${reason ?? ''}`,
  }
  const printed = apply || options['dry-run'] !== undefined ? options : { ...options, 'dry-run': true }
  return runChange(change, { ...invocation, options: printed }, context)
}
