import type { Cluster } from '../../api/cluster.ts'
import type { CommandEntry, Context, Invocation, Right } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { nearest } from '../../errors/nearest.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { chooseConnection } from '../../kube/kubeconfig.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Session } from '../../kube/session.ts'
import type { DoctorItem, DoctorReport, InstanceReach } from '../../model/doctor/report.ts'
import { isSick } from '../../model/doctor/report.ts'
import { readNamedCluster } from '../access/find-instance.ts'
import { allCommands, type NamedCommand } from '../all-commands.ts'
import { failed, item, kindsItem, kubeconfigItem, serverItems } from './connection.ts'
import { operatorItem } from './operator.ts'
import { reachOf } from './reach.ts'
import { commandRights } from './rights.ts'

/** What has to work when nobody names commands. */
const ESSENTIAL = ['status']

/** Looks at everything that this program depends on and prints it; returns 0, or 1 when something is to be mended. */
export async function runDoctor(
  table: readonly CommandEntry[],
  invocation: Invocation,
  context: Context,
): Promise<number> {
  const { options } = invocation
  const chosen = chosenCommands(await allCommands(table), options['for'] as readonly string[])
  const everywhere = options['all-namespaces'] === true
  if (options['output'] === 'yaml') return printRoles(chosen, everywhere, context)
  const report = await examine(chosen, invocation, context)
  const sick = isSick(
    report,
    (options['for'] as readonly string[]).length > 0 ? chosen.map(({ path }) => path) : ESSENTIAL,
  )
  await context.host.stdout.write(await rendered(report, options['output'] === 'json', context))
  return sick ? Exit.failed : Exit.ok
}

/** Commands by their names, with commas or one by one; a verb stands for all its subverbs. Throws CliError (usage). */
function chosenCommands(all: readonly NamedCommand[], wanted: readonly string[]): NamedCommand[] {
  const names = wanted
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) return all.filter(({ command }) => command.rights.length > 0)
  const chosen = names.flatMap((name) => {
    const found = all.filter(({ path }) => path === name || path.startsWith(`${name} `))
    if (found.length > 0) return found
    const like = nearest(
      name,
      all.map(({ path }) => path),
    )
    throw new CliError({
      kind: 'usage',
      message: `there is no command "${name}"`,
      hint: like === undefined ? 'kubectl cnpg --help lists them.' : `Did you mean "${like}"?`,
    })
  })
  return [...new Set(chosen)]
}

async function examine(
  commands: readonly NamedCommand[],
  invocation: Invocation,
  context: Context,
): Promise<DoctorReport> {
  const { host, signal } = context
  const items: DoctorItem[] = [await kubeconfigItem(context)]
  const report: DoctorReport = {
    schemaVersion: 1,
    kind: 'Doctor',
    takenAt: host.clock.now().toISOString(),
    items,
    commands: null,
    namespace: null,
    instances: null,
  }
  if (items.some(({ standing }) => standing === 'bad')) return report
  const session = await context.session().catch((error: unknown) => {
    items.push(failed('Login', error))
    return undefined
  })
  if (session === undefined) return report
  const server = await serverItems(session, context)
  items.push(...server)
  if (server[0]?.standing !== 'good') return report
  const namespace = invocation.options['all-namespaces'] === true ? undefined : session.namespace
  const spinner = host.spinner('Looking at rights and instances')
  try {
    const [kinds, operator, rights, reach] = await Promise.all([
      kindsItem(session, signal),
      operatorItem(session, context),
      rightsOrItem(session, commands, namespace, signal),
      reachOrItem(session, invocation, context),
    ])
    items.push(kinds, operator, ...rights.items, ...reach.items)
    return { ...report, namespace: namespace ?? null, commands: rights.value, instances: reach.value }
  } finally {
    spinner.stop()
  }
}

interface Attempt<T> {
  value: T | null
  items: DoctorItem[]
}

async function rightsOrItem(
  session: Session,
  commands: readonly NamedCommand[],
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Attempt<NonNullable<DoctorReport['commands']>>> {
  try {
    return { value: await commandRights(session, commands, namespace, signal), items: [] }
  } catch (error) {
    return { value: null, items: [failed('Rights', error)] }
  }
}

/** The named cluster, else those of the namespace. */
async function reachOrItem(
  session: Session,
  { args, options }: Invocation,
  context: Context,
): Promise<Attempt<InstanceReach[]>> {
  const { host, signal } = context
  const name = args['CLUSTER'] as string | undefined
  try {
    const clusters =
      name === undefined ? await clustersOf(session, signal) : [await readNamedCluster(session, name, signal)]
    const timeoutMs = options['instance-timeout'] as number
    const reach = await reachOf(session, clusters, { clock: host.clock, signal, timeoutMs })
    return { value: reach, items: clusters.length > 0 ? [] : [noClusters(session)] }
  } catch (error) {
    const named = name !== undefined
    return { value: null, items: [failed(named ? `Cluster ${name}` : 'Clusters', error, named ? 'bad' : 'unknown')] }
  }
}

async function clustersOf(session: Session, signal: AbortSignal): Promise<Cluster[]> {
  return (await session.listAll<Cluster>(pathOf(Resources.clusters, { namespace: session.namespace }), { signal }))
    .items
}

function noClusters({ namespace }: Session): DoctorItem {
  return item('Clusters', 'note', `there is none in namespace ${namespace}`, '-n NAMESPACE looks in another.')
}

async function rendered(report: DoctorReport, json: boolean, context: Context): Promise<string> {
  if (json) return (await import('../../render/json.ts')).renderJson(report)
  const [{ doctorView }, { renderText }, painter] = await Promise.all([
    import('../../render/views/doctor.ts'),
    import('../../render/text.ts'),
    context.painter('stdout'),
  ])
  return renderText(doctorView(report), { painter, width: context.host.stdout.columns })
}

/** The roles that let their holder use these commands; no server is asked. */
async function printRoles(commands: readonly NamedCommand[], everywhere: boolean, context: Context): Promise<number> {
  const { namespace } = await chooseConnection(context.connection, context.host)
  const [{ roleRules }, { roleYaml }] = await Promise.all([import('../rights/role.ts'), import('../../render/role.ts')])
  const rights: Right[] = commands.flatMap(({ command }) => [...command.rights])
  const { namespaced, clusterWide } = roleRules(rights)
  const name = 'kubectl-cnpg'
  const texts = everywhere
    ? [roleYaml({ name, rules: [...namespaced, ...clusterWide] })]
    : [
        roleYaml({ name, namespace, rules: namespaced }),
        ...(clusterWide.length === 0 ? [] : [roleYaml({ name, rules: clusterWide })]),
      ]
  const what = `# What these commands of kubectl cnpg need: ${commands.map(({ path }) => path).join(', ')}\n`
  await context.host.stdout.write(what + texts.join('---\n'))
  return Exit.ok
}
