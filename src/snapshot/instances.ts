import type { InstanceStatus } from '../api/instance-status.ts'
import type { Cluster } from '../api/cluster.ts'
import type { Pod } from '../api/pod.ts'
import type { InstanceWay, MissingPart, Part } from '../api/part.ts'
import type { InstanceMetrics, InstanceReading, WayFailure } from '../api/snapshot.ts'
import type { Clock } from '../host/types.ts'
import type { Session } from '../kube/session.ts'
import { ExtrasLimit } from './extras.ts'
import { noAnswer } from './failures.ts'
import type { Gate, Place } from './gate.ts'
import { askMetrics } from './metrics.ts'
import { isReady, whyNotAsked } from './not-asked.ts'
import { missing, present } from './parts.ts'
import type { RaceResult } from './race.ts'
import { raceWays, throwInterruption } from './race.ts'
import { askInstance } from './ways/ask.ts'
import type { PodTarget } from './ways/target.ts'

/** `none`: the instances are not asked at all. */
export type Via = InstanceWay | 'none'

/** The first way that worked; hand the same value to the next call (of another cluster, or of the next round of a watch). */
export interface WayMemory {
  way?: InstanceWay
}

export interface InstanceOptions {
  clock: Clock
  /** Ends everything; its reason is a CliError. */
  signal: AbortSignal
  /** Milliseconds after which one instance is given up. */
  timeoutMs: number
  /** The only way to take (`--via`). */
  via?: Via
  memory: WayMemory
  /** False: the metrics port is left alone. */
  metrics?: false
  /** Tells of a node whether its pods need not be waited for; asked for pods that are not Ready. */
  nodeOut?(node: string): Promise<MissingPart | undefined>
  /** What else the report waits for anyway: extras may take as long. */
  essentials?: Promise<unknown>
  /** Shared by all clusters of a fleet, whose extras end together. */
  extras?: ExtrasLimit
  /** Where every request takes a place. */
  gate?: Gate
}

const WAYS: readonly InstanceWay[] = ['proxy', 'exec', 'sql']
/** The next way starts beside one that is this slow (design 5). */
const HEAD_START_MS = 1000

/**
 * Asks the instances of a cluster, all at once, each by the ways of design 5 until the first answer. Pods that cannot answer
 * are not asked but carry Kubernetes' own reason. The result is in the order of `pods`. The Cluster may still be on its
 * way. Rejects with the user's interruption, and when the Cluster was needed and did not come.
 */
export async function gatherInstances(
  session: Session,
  cluster: Cluster | Promise<Cluster>,
  pods: readonly Pod[],
  options: InstanceOptions,
): Promise<InstanceReading[]> {
  const known = Promise.resolve(cluster)
  known.catch(() => undefined)
  const extras = options.extras ?? new ExtrasLimit(options.clock, options.signal)
  const readings = pods.map((pod) => readInstance({ session, cluster: known, pod }, options, extras.signal))
  extras.join(Promise.allSettled([...readings.map((reading) => reading.status), options.essentials]))
  try {
    await Promise.all(readings.map((reading) => reading.metrics))
    await Promise.all(readings.map((reading) => reading.status))
  } finally {
    if (options.extras === undefined) extras.end()
  }
  return Promise.all(
    readings.map(async ({ pod, status, metrics }) => {
      const asked = await status
      return { pod, status: asked.part, metrics: await metrics, failures: asked.failures }
    }),
  )
}

interface Asked {
  part: Part<InstanceStatus>
  failures: WayFailure[]
}

interface Reading {
  pod: string
  status: Promise<Asked>
  metrics: Promise<Part<InstanceMetrics>>
}

/** An instance to be asked, perhaps before its Cluster is known. */
type Target = PodTarget & { cluster: Cluster | Promise<Cluster> }

function readInstance(target: Target, options: InstanceOptions, extras: AbortSignal): Reading {
  const hindrance = hindranceOf(target.pod, options)
  return {
    pod: target.pod.metadata.name,
    status: hindrance.then((part) => (part === undefined ? askStatus(target, options) : { part, failures: [] })),
    metrics: hindrance.then((part) => {
      if (part !== undefined) return part
      if (options.metrics === false) return missing('missing', 'not asked')
      if (options.via === 'exec' || options.via === 'sql') return missing('missing', `not asked (--via ${options.via})`)
      return readMetrics(target, options, extras)
    }),
  }
}

/** Why the instance is not asked, if so. */
async function hindranceOf(pod: Pod, options: InstanceOptions): Promise<MissingPart | undefined> {
  const reason = whyNotAsked(pod)
  if (reason !== undefined) return reason
  if (options.via === 'none') return missing('missing', 'not asked (--via none)')
  const node = pod.spec.nodeName
  return node === undefined || isReady(pod) ? undefined : options.nodeOut?.(node)
}

async function readMetrics(
  target: Target,
  { clock, gate }: InstanceOptions,
  extras: AbortSignal,
): Promise<Part<InstanceMetrics>> {
  const place = await placeAt(gate, extras, 'extra')
  if (place === 'none') return missing('timeout', 'the metrics did not come in time')
  try {
    return await askMetrics(target, clock, extras)
  } finally {
    place?.leave()
  }
}

async function askStatus(target: Target, options: InstanceOptions): Promise<Asked> {
  const { clock, signal, via, memory, gate } = options
  const place = await placeAt(gate, signal, isReady(target.pod) ? 'first' : 'later')
  if (place === 'none') return notReached(signal)
  try {
    const result = await raceWays({
      ways: via === undefined || via === 'none' ? WAYS : [via],
      preferred: () => memory.way,
      ask: (way, ended, earlier) => askInstance(way, target, ended, earlier),
      clock,
      signal,
      headStartMs: HEAD_START_MS,
      limitMs: options.timeoutMs,
      ...(gate === undefined ? {} : { another: () => gate.tryEnter() }),
    })
    return askedOf(result, options)
  } finally {
    place?.leave()
  }
}

/** A place where there is a gate; `none` when the time was up before. */
async function placeAt(
  gate: Gate | undefined,
  signal: AbortSignal,
  rank: 'first' | 'later' | 'extra',
): Promise<Place | 'none' | undefined> {
  return gate?.enter(signal, rank).catch(() => 'none' as const)
}

/** The deadline passed while others were asked. */
function notReached(signal: AbortSignal): Asked {
  throwInterruption(signal)
  return { part: missing('timeout', 'not asked before the deadline'), failures: [] }
}

function askedOf(result: RaceResult<InstanceStatus>, { clock, memory }: InstanceOptions): Asked {
  if (!result.ok) return { part: noAnswer(result.failures), failures: result.failures }
  memory.way ??= result.way
  return { part: present(result.value, clock, result.way), failures: result.failures }
}
