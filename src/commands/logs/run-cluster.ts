import type { Context, Invocation, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { type LogSource, logSources } from '../../model/logs/containers.ts'
import type { Wanted } from '../../model/logs/filter.ts'
import { readNamedCluster } from '../access/find-instance.ts'
import { note } from '../note.ts'
import { collect } from './collect.ts'
import { openLogFile } from './file.ts'
import { followCluster } from './follow-cluster.ts'
import { interruption } from './interruption.ts'
import type { Intake } from './intake.ts'
import { splitNames, wantedOf } from './options.ts'
import { type Format, formatOf, openOutput } from './output.ts'
import { listPods, type PodsOf } from './pods.ts'
import { Sink } from './sink.ts'

/** Milliseconds without a byte: of a log that is to end, and of one that is followed and may be silent. */
const SILENCE_MS = 30_000
const FOLLOW_SILENCE_MS = 120_000

interface Plan {
  format: Format
  follow: boolean
  previous: boolean
  containers: readonly string[]
  tail: number | undefined
  wanted: Wanted
  /** RFC 3339, full seconds. */
  since: string | undefined
}

/** `logs cluster`: returns the exit code; throws CliError. */
export async function runCluster({ args, options }: Invocation, context: Context): Promise<number> {
  const name = args['CLUSTER'] as string
  const plan = planOf(options, context.host.clock.now())
  const fileName = fileOf(options)
  const session = await context.session()
  const of: PodsOf = { session, cluster: name, clock: context.host.clock, signal: context.signal }
  await mustExist(of)
  const file = fileName === undefined ? undefined : await openLogFile(fileName, options['yes'] === true, context)
  const failures: Failure[] = []
  let done = plan.follow
  try {
    const sink = new Sink(file ?? context.host.stdout)
    // Which pods are read is settled by their names; a line need not name its pod.
    const output = await openOutput(
      context,
      plan.format,
      options,
      { ...plan.wanted, pods: [] },
      sink,
      file !== undefined,
    )
    try {
      if (plan.follow) await follow(of, plan, output.intake, failures, context)
      else await readAll(of, plan, output.intake, failures, context)
      await output.intake.finish()
      done = true
    } catch (error) {
      const interrupted = plan.follow ? interruption(context.signal) : undefined
      if (interrupted === undefined) throw error
      return interrupted.exitCode
    } finally {
      await output.close()
    }
    if (failures.length > 0) return await report(failures, context)
  } finally {
    await file?.close(done)
  }
  if (fileName !== undefined) await context.host.stdout.write(`Successfully written logs to "${fileName}"\n`)
  return Exit.ok
}

function planOf(options: OptionValues, now: Date): Plan {
  const [follow, previous] = [options['follow'] === true, options['previous'] === true]
  const conflict = follow && previous ? '--previous' : follow && options['until'] !== undefined ? '--until' : undefined
  if (conflict !== undefined) {
    throw new CliError({
      kind: 'usage',
      message: `${conflict} and --follow do not go together`,
      hint: 'Leave one of them out.',
    })
  }
  const wanted = wantedOf(options, now)
  const tail = options['tail'] as number
  return {
    format: formatOf(options),
    follow,
    previous,
    wanted,
    containers: splitNames(options['container']),
    tail: tail < 0 ? undefined : tail,
    since: wanted.since === undefined ? undefined : `${wanted.since.slice(0, 19)}Z`,
  }
}

function fileOf(options: OptionValues): string | undefined {
  const name = options['output'] as string | undefined
  return name === '' || name === '-' ? undefined : name
}

/** A Cluster that may not be read may still have pods that can. */
async function mustExist({ session, cluster, signal }: PodsOf): Promise<void> {
  try {
    await readNamedCluster(session, cluster, signal)
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'forbidden') throw error
  }
}

interface Failure {
  source: LogSource
  error: CliError
}

async function readAll(of: PodsOf, plan: Plan, intake: Intake, failures: Failure[], context: Context): Promise<void> {
  const wish = { pods: plan.wanted.pods, containers: plan.containers }
  const pods = await listPods(of)
  const sources = logSources(pods, wish)
  const readable = sources.filter(({ state, hasPrevious }) => (plan.previous ? hasPrevious : state !== 'none'))
  if (readable.length === 0) throw nothingToRead(of.cluster, pods.length, sources, plan)
  for (const { pod, container, reason } of sources.filter(({ state }) => state === 'none')) {
    await note(context, `${pod}/${container} has not started: ${reason}`)
  }
  const options = { ...plan, silenceMs: SILENCE_MS, clock: of.clock, signal: of.signal }
  const lanes = readable.map((source) => ({ source, lane: intake.open(source) }))
  await Promise.all(
    lanes.map(async ({ source, lane }) => {
      try {
        const error = await collect(of.session, source, options, lane)
        if (error === undefined) return
        failures.push({ source, error })
        await tell(context, source, error)
      } finally {
        lane.close()
      }
    }),
  )
  if (failures.length === readable.length) throw allFailed(failures)
}

async function follow(of: PodsOf, plan: Plan, intake: Intake, failures: Failure[], context: Context): Promise<void> {
  await followCluster(
    of,
    {
      wish: { pods: plan.wanted.pods, containers: plan.containers },
      tail: plan.tail,
      since: plan.since,
      silenceMs: FOLLOW_SILENCE_MS,
      note: (text) => note(context, text),
      onUnreadable: async (source, error) => {
        failures.push({ source, error })
        await tell(context, source, error)
      },
      isDeleted: () =>
        mustExist(of).then(
          () => false,
          (error: unknown) => error instanceof CliError && error.kind === 'missing',
        ),
    },
    intake,
  )
}

async function tell(context: Context, { pod, container }: LogSource, error: CliError): Promise<void> {
  await note(context, `the log of ${pod}/${container} cannot be read: ${error.message}`)
}

/** Some could be read: that the output is not whole has to be said last. */
async function report(failures: readonly Failure[], context: Context): Promise<number> {
  const names = failures.map(({ source: { pod, container } }) => `${pod}/${container}`)
  const hints = new Set(failures.flatMap(({ error }) => error.hint ?? []))
  await note(context, [`Incomplete: without ${names.join(', ')}.`, ...hints].join('\n'))
  return Exit.failed
}

function allFailed(failures: readonly Failure[]): CliError {
  const [first] = failures
  const hint = first?.error.hint
  return new CliError({
    kind: first?.error.kind ?? 'failed',
    message: 'none of the logs could be read',
    exitCode: Exit.failed,
    ...(hint === undefined ? {} : { hint }),
  })
}

function nothingToRead(cluster: string, pods: number, sources: readonly LogSource[], plan: Plan): CliError {
  const waiting = sources.map(({ pod, container, reason }) => `${pod}/${container} (${reason})`)
  const limited = plan.wanted.pods.length > 0 || plan.containers.length > 0
  if (pods === 0) {
    return new CliError({
      kind: 'missing',
      message: `cluster "${cluster}" has no pods, and so no logs`,
      hint: `Why it has none is told by: kubectl cnpg status ${cluster}\nWith --follow its pods are waited for.`,
    })
  }
  if (sources.length === 0 && limited) {
    return new CliError({
      kind: 'missing',
      message: `no pod of cluster "${cluster}" has that name or such a container`,
      hint: `Its pods: kubectl get pods -l cnpg.io/cluster=${cluster}`,
    })
  }
  if (plan.previous) {
    return new CliError({
      kind: 'missing',
      message: `no container of cluster "${cluster}" was restarted, so there is no earlier log`,
      hint: 'Leave --previous out to read the logs that there are.',
    })
  }
  return new CliError({
    kind: 'missing',
    message: `no container of cluster "${cluster}" has started yet: ${waiting.join(', ')}`,
    hint: `What it waits for is told by: kubectl cnpg status ${cluster}`,
  })
}
