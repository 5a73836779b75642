import type { Cluster } from '../api/cluster.ts'
import type { Pod } from '../api/pod.ts'
import type { Part } from '../api/part.ts'
import type { ClusterObjects, InstanceDetails, InstanceReading } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Clock } from '../host/types.ts'
import type { Session } from '../kube/session.ts'
import { failureOf, noAnswer } from './failures.ts'
import type { Gate } from './gate.ts'
import { missing, present } from './parts.ts'
import type { Question } from './questions.ts'
import { questionsOf } from './questions.ts'
import type { InstanceTarget } from './ways/target.ts'

/** The whole third wave (design 5); with `-v`, where it is the point, as long as one instance may take. */
const DETAILS_MS = 1000

export interface DetailsRequest {
  verbose: number
  /** Limit with `-v` and for the free space, in milliseconds. */
  verboseMs: number
  /** Ask for the free space of every volume. */
  freeSpace?: boolean
}

export interface Detailed {
  readings: InstanceReading[]
  configuration?: NonNullable<ClusterObjects['configuration']>
}

/**
 * The third wave: asks by SQL and `df` what the answers leave open, all instances at once. What does not come is a part with its
 * reason; the readings themselves stay as they are. Rejects only with the user's interruption.
 */
export async function addDetails(
  session: Session,
  cluster: Cluster,
  pods: readonly Pod[],
  readings: readonly InstanceReading[],
  request: DetailsRequest,
  options: { clock: Clock; signal: AbortSignal; gate?: Gate },
): Promise<Detailed> {
  const questions = questionsOf(cluster, pods, readings, request)
  const primary = request.verbose > 1 ? questions.find(({ pod }) => isPrimary(pod, cluster, readings)) : undefined
  if (questions.length === 0) return { readings: [...readings] }
  const { clock } = options
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const limitMs = request.verbose > 0 || request.freeSpace === true ? request.verboseMs : DETAILS_MS
  const late = `no details within ${limitMs / 1000} s`
  clock.sleep(limitMs, signal).then(
    // Without a reason of its own it would pass for the user's interruption.
    () => over.abort(new CliError({ kind: 'timeout', message: late })),
    () => undefined,
  )
  const target = (pod: Pod): InstanceTarget => ({ session, cluster, pod })
  const timed = async <T>(work: (module: Asker) => Promise<T>): Promise<Part<T>> => {
    const place = await options.gate?.enter(signal).catch(() => undefined)
    return within(work, clock, signal, late).finally(() => place?.leave())
  }
  try {
    const [answers, configuration] = await Promise.all([
      Promise.all(questions.map((question) => timed((ask) => ask.answer(target(question.pod), question, signal)))),
      primary && timed((ask) => ask.configuration(target(primary.pod), signal)),
    ])
    const byPod = new Map(questions.map(({ pod }, index) => [pod.metadata.name, answers[index]]))
    return {
      readings: readings.map((reading) => {
        const details = byPod.get(reading.pod)
        return details === undefined ? reading : { ...reading, details }
      }),
      ...(configuration === undefined ? {} : { configuration }),
    }
  } finally {
    over.abort()
  }
}

/** What the third wave needs, loaded only when there is one. */
interface Asker {
  answer(target: InstanceTarget, question: Question, signal: AbortSignal): Promise<InstanceDetails>
  configuration(target: InstanceTarget, signal: AbortSignal): Promise<{ customConf: string; hbaConf: string }>
}

async function loadAsker(): Promise<Asker> {
  const [{ detailsBySql }, { readVolumes }, { readConfiguration }] = await Promise.all([
    import('./ways/sql.ts'),
    import('./volumes.ts'),
    import('./configuration.ts'),
  ])
  return {
    configuration: readConfiguration,
    async answer(target, { sql, volumes }, signal) {
      const wanted: Promise<InstanceDetails>[] = []
      if (sql) wanted.push(detailsBySql(target, signal))
      if (volumes) wanted.push(readVolumes(target, signal).then((read) => ({ volumes: read })))
      const settled = await Promise.allSettled(wanted)
      const got = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      // Either alone is worth having.
      if (got.length > 0) return Object.assign({}, ...got) as InstanceDetails
      throw settled.find((result) => result.status === 'rejected')?.reason
    },
  }
}

async function within<T>(
  work: (ask: Asker) => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
  late: string,
): Promise<Part<T>> {
  try {
    return present(await work(await loadAsker()), clock, 'sql')
  } catch (error) {
    const failure = failureOf('sql', error)
    return signal.aborted ? missing('timeout', late) : noAnswer([failure])
  }
}

function isPrimary(pod: Pod, cluster: Cluster, readings: readonly InstanceReading[]): boolean {
  const status = readings.find((reading) => reading.pod === pod.metadata.name)?.status
  return (
    pod.metadata.name === cluster.status?.currentPrimary || (status?.ok === true && status.value.isPrimary === true)
  )
}
