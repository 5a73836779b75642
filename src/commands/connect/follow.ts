import { Labels } from '../../api/constants.ts'
import type { Pod } from '../../api/pod.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Clock } from '../../host/types.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Session } from '../../kube/session.ts'
import { watch } from '../../kube/watch.ts'
import { type Candidate, candidateOf, candidatesOf } from '../../model/target.ts'

export interface FollowOptions {
  signal: AbortSignal
  clock: Clock
  /** What is there, at the beginning and after every change. */
  onChange: (candidates: readonly Candidate[]) => void
  /** Something that keeps us from seeing changes, in words. */
  onTrouble: (message: string) => void
  /** Reads what is there, where watching is not allowed. */
  list: () => Promise<readonly Candidate[]>
}

/** How often is looked where watching is not allowed. */
const POLL_MS = 2_000

/** Which pods are followed: the instances of a cluster, or the pods of a pooler. */
export type Followed = { cluster: string } | { pooler: string }

export interface Following {
  /** Looks again where changes may have gone unseen; never rejects. */
  refresh(): Promise<void>
}

/**
 * Tells of the pods and every change of them until the signal aborts. Where watching fails for good they are listed again and
 * again.
 */
export function follow(session: Session, followed: Followed, options: FollowOptions): Following {
  const { signal, list, onChange, onTrouble } = options
  let watching = true
  const look = async (): Promise<void> => onChange(await list())
  const run = async (): Promise<void> => {
    try {
      await followWatch(session, followed, { ...options, onWatch: (works) => (watching = works) })
    } catch (error) {
      watching = false
      if (signal.aborted) return
      const why =
        error instanceof CliError && error.kind === 'forbidden' ? 'watching pods is not permitted' : words(error)
      onTrouble(`${why}; they are looked at every ${POLL_MS / 1000} s instead`)
    }
    await poll(options, look)
  }
  void run()
  return { refresh: async () => (watching ? undefined : look().catch(() => undefined)) }
}

/** Label that selects the pods. */
export function selectorOf(followed: Followed): string {
  return 'pooler' in followed ? `${Labels.poolerName}=${followed.pooler}` : `${Labels.cluster}=${followed.cluster}`
}

/** The pods as candidates: of a cluster only its instances. */
export function toCandidates(followed: Followed, pods: readonly Pod[]): Candidate[] {
  return 'pooler' in followed ? pods.map(candidateOf) : candidatesOf(pods)
}

interface WatchOptions extends FollowOptions {
  /** Told whether changes are seen. */
  onWatch(works: boolean): void
}

async function followWatch(session: Session, followed: Followed, options: WatchOptions): Promise<void> {
  const pods = new Map<string, Pod>()
  let lost = false
  const request = {
    path: pathOf(Resources.pods, { namespace: session.namespace }),
    labelSelector: selectorOf(followed),
    signal: options.signal,
    onTrouble(error: CliError) {
      if (!lost) options.onTrouble(`changes cannot be seen at the moment: ${error.message}`)
      lost = true
      options.onWatch(false)
    },
  }
  for await (const event of watch<Pod>(session, request)) {
    lost = false
    options.onWatch(true)
    if (event.type === 'RELISTED') {
      pods.clear()
      for (const pod of event.objects) pods.set(pod.metadata.name, pod)
    } else if (event.type === 'DELETED') pods.delete(event.object.metadata.name)
    else pods.set(event.object.metadata.name, event.object)
    options.onChange(toCandidates(followed, [...pods.values()]))
  }
}

async function poll({ signal, clock, onTrouble }: FollowOptions, look: () => Promise<void>): Promise<void> {
  let trouble: string | undefined
  while (!signal.aborted) {
    try {
      await look()
      trouble = undefined
    } catch (error) {
      if (!signal.aborted && trouble !== words(error)) onTrouble((trouble = words(error)))
    }
    await clock.sleep(POLL_MS, signal).catch(() => undefined)
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
