import type { Pod } from '../../api/pod.ts'
import type { CliError } from '../../errors/cli-error.ts'
import { type LogSource, logSources, type SourceWish } from '../../model/logs/containers.ts'
import { followContainer, type FollowOptions } from './follow-container.ts'
import type { Intake } from './intake.ts'
import { podNews, type PodNews, type PodsOf, readPod } from './pods.ts'

export interface FollowClusterOptions {
  wish: SourceWish
  /** For containers that are there at the beginning; what comes later is read from its start. */
  tail: number | undefined
  since: string | undefined
  silenceMs: number
  note(text: string): Promise<void>
  /** Told of a container whose log cannot be read. */
  onUnreadable(source: LogSource, error: CliError): Promise<void>
  /** True when the Cluster itself is gone; asked while no container is left. */
  isDeleted(): Promise<boolean>
}

/** How often the Cluster is looked for while it has no container, in milliseconds. */
const VIGIL_MS = 5000

/**
 * Follows all containers of a cluster, new pods and pods made anew too. Returns when the reader has gone, the Cluster
 * was deleted or none of the logs can be read; throws the signal's reason, or CliError when the pods cannot be listed.
 */
export async function followCluster(of: PodsOf, options: FollowClusterOptions, intake: Intake): Promise<void> {
  const over = new AbortController()
  const ended = AbortSignal.any([over.signal, intake.ended])
  const signal = AbortSignal.any([of.signal, ended])
  const crew = new Crew({ ...of, signal }, options, intake, () => over.abort())
  try {
    await crew.run()
  } catch (error) {
    if (of.signal.aborted || !ended.aborted) throw error
  } finally {
    over.abort()
    await crew.leave()
  }
}

class Crew {
  readonly #of: PodsOf
  readonly #options: FollowClusterOptions
  readonly #intake: Intake
  readonly #stop: () => void
  readonly #sources = new Map<string, LogSource>()
  readonly #followers = new Map<string, Promise<void>>()
  readonly #unreadable = new Set<string>()
  readonly #waiting = new Set<() => void>()
  #vigil: Promise<void> | undefined
  #defect: Error | undefined
  #began = false
  #told = false

  constructor(of: PodsOf, options: FollowClusterOptions, intake: Intake, stop: () => void) {
    this.#of = of
    this.#options = options
    this.#intake = intake
    this.#stop = stop
    of.signal.addEventListener('abort', () => this.#changed(), { once: true })
  }

  async run(): Promise<void> {
    const onTrouble = (error: CliError): void => void this.#tell(error)
    for await (const news of podNews(this.#of, onTrouble)) {
      if (this.#told) await this.#options.note('connected again')
      this.#told = false
      this.#take(news)
      if (this.#sources.size === 0) this.#vigil ??= this.#keepVigil()
    }
  }

  /** While there is no container: looks whether one can still come. */
  async #keepVigil(): Promise<void> {
    const { clock, signal } = this.#of
    try {
      for (let told = false; this.#sources.size === 0; told = true) {
        if (await this.#options.isDeleted()) {
          await this.#options.note('the Cluster was deleted')
          return this.#stop()
        }
        if (!told) await this.#options.note('there is no container at the moment; waiting for one')
        await clock.sleep(VIGIL_MS, signal)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#vigil = undefined
    }
  }

  /** Waits for all followers; throws what went wrong in one of them that should not. */
  async leave(): Promise<void> {
    await Promise.all([...this.#followers.values(), this.#vigil])
    if (this.#defect !== undefined) throw this.#defect
  }

  #take(news: PodNews): void {
    if (news.kind === 'all') {
      const uids = new Set(news.pods.map(({ metadata }) => metadata.uid ?? ''))
      for (const [key, { uid }] of this.#sources) if (!uids.has(uid)) this.#sources.delete(key)
      for (const pod of news.pods) this.#put(pod)
    } else if (news.deleted) {
      this.#remove(news.pod.metadata.uid ?? '')
    } else {
      this.#put(news.pod)
    }
    const first = !this.#began
    this.#began = true
    for (const [key, source] of this.#sources) if (!this.#followers.has(key)) this.#follow(key, source, first)
    this.#changed()
  }

  #put(pod: Pod): void {
    for (const source of logSources([pod], this.#options.wish)) this.#sources.set(keyOf(source), source)
  }

  #remove(uid: string): void {
    for (const [key, source] of this.#sources) if (source.uid === uid) this.#sources.delete(key)
  }

  #follow(key: string, source: LogSource, first: boolean): void {
    const { silenceMs, since, tail } = this.#options
    const options: FollowOptions = { silenceMs, since, tail: first ? tail : undefined }
    const lane = this.#intake.open(source)
    const view = {
      current: () => this.#sources.get(key),
      changed: () => new Promise<void>((resolve) => this.#waiting.add(resolve)),
      lookAgain: () => this.#lookAgain(source),
      note: (text: string) => this.#options.note(text),
    }
    const work = async (): Promise<void> => {
      try {
        const error = await followContainer(this.#of, view, options, lane)
        if (error !== undefined) await this.#giveUp(key, source, error)
      } catch (error) {
        this.#fail(error)
      } finally {
        lane.close()
        // A pod that is gone for good; one that is unreadable stays noted.
        if (!this.#sources.has(key)) this.#followers.delete(key)
      }
    }
    this.#followers.set(key, work())
  }

  /** When no log at all can be read, there is nothing to wait for. */
  async #giveUp(key: string, source: LogSource, error: CliError): Promise<void> {
    await this.#options.onUnreadable(source, error)
    this.#unreadable.add(key)
    if ([...this.#sources.keys()].every((each) => this.#unreadable.has(each))) this.#stop()
  }

  #fail(error: unknown): void {
    if (this.#of.signal.aborted) return
    this.#defect = error as Error
    this.#stop()
  }

  /** The pod as it is now; where that cannot be told, what is known has to do. */
  async #lookAgain({ pod: name, uid }: LogSource): Promise<void> {
    const pod = await readPod(this.#of, name).catch((error: unknown) => {
      this.#of.signal.throwIfAborted()
      void error
      return null
    })
    if (pod === null) return
    if (pod === undefined || pod.metadata.uid !== uid) this.#remove(uid)
    else this.#put(pod)
  }

  #changed(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resolve of waiting) resolve()
  }

  async #tell(error: CliError): Promise<void> {
    if (this.#told) return
    this.#told = true
    await this.#options.note(`the pods cannot be watched, trying again: ${error.message}`)
  }
}

function keyOf({ uid, pod, container }: LogSource): string {
  return `${uid === '' ? pod : uid}/${container}`
}
