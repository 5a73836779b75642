import { EventEmitter, once } from 'node:events'
import { aCluster, aPod } from '../../snapshot/support/objects.ts'
import { type ApiServer, startApiServer } from '../../sandbox/sandbox.ts'
import { ConnectionFailure, type LogRequest } from '../../sandbox/types.ts'

interface Line {
  time: string
  text: string
}

/** One run of a container, from its start to its end. */
interface Run {
  lines: Line[]
  ended: boolean
}

export interface LogWorld {
  server: ApiServer
  kubeconfig: string
  /** Makes a pod of the cluster `shop-db`, its containers running; again after it was removed: another one of that name. */
  pod(name: string, containers?: readonly string[]): LoggedPod
  close: () => Promise<void>
}

/** An API server with the cluster `shop-db` in namespace `shop`, whose pods have the logs that a test writes. */
export async function startLogWorld(): Promise<LogWorld> {
  const server = await startApiServer()
  server.store.put({ apiVersion: 'postgresql.cnpg.io/v1', ...aCluster('shop-db') } as never)
  const clock = new KubeletClock()
  return {
    server,
    kubeconfig: server.kubeconfigFor('admin', { namespace: 'shop' }),
    pod: (name, containers = ['postgres']) => new LoggedPod(server, name, containers, clock),
    close: server.close,
  }
}

/** Times as a busy kubelet gives them: often two lines have the same, and some eighty fall into one second. */
class KubeletClock {
  #lines = 0

  next(): string {
    const tick = Math.floor(this.#lines++ / 2)
    return new Date(Date.UTC(2026, 10, 23, 6) + tick * 25).toISOString().replace('Z', '000000Z')
  }
}

class LoggedPod {
  readonly #server: ApiServer
  readonly #name: string
  readonly #uid = crypto.randomUUID()
  readonly #clock: KubeletClock
  readonly #runs = new Map<string, Run[]>()
  readonly #news = new EventEmitter().setMaxListeners(0)

  constructor(server: ApiServer, name: string, containers: readonly string[], clock: KubeletClock) {
    this.#server = server
    this.#name = name
    this.#clock = clock
    for (const container of containers) this.#runs.set(container, [{ lines: [], ended: false }])
    server.setPod('shop', name, {
      http: refuse,
      exec: refuse,
      connect: refuse,
      logs: (request) => this.#read(request),
    })
    this.publish()
  }

  /** A container logs these lines. */
  write(texts: readonly string[], container = 'postgres'): void {
    for (const text of texts) this.#current(container).lines.push({ time: this.#clock.next(), text })
    this.#news.emit('line')
  }

  /** A container ends and is started again; the API server tells of it right away unless told later by {@link publish}. */
  restart(container = 'postgres', { quietly = false } = {}): void {
    this.#current(container).ended = true
    this.#runs.get(container)?.push({ lines: [], ended: false })
    this.#news.emit('line')
    if (!quietly) this.publish()
  }

  /** A container ends for good. */
  end(container = 'postgres'): void {
    this.#current(container).ended = true
    this.#news.emit('line')
    this.publish()
  }

  /** The pod is gone, from the API server and its node. */
  remove(): void {
    for (const container of this.#runs.keys()) this.#current(container).ended = true
    this.#server.store.remove(this.#server.store.resource('Pod'), 'shop', this.#name)
    this.#server.setPod('shop', this.#name, undefined)
    this.#news.emit('line')
  }

  /** Tells the API server how the containers are. */
  publish(): void {
    const pod = aPod('shop-db', 1)
    const statuses = [...this.#runs].map(([name, runs]) => ({
      name,
      restartCount: runs.length - 1,
      state: runs.at(-1)?.ended === true ? { terminated: { exitCode: 0 } } : { running: {} },
      ...(runs.length > 1 ? { lastState: { terminated: { exitCode: 1 } } } : {}),
    }))
    this.#server.store.put({
      ...pod,
      apiVersion: 'v1',
      metadata: { ...pod.metadata, name: this.#name, uid: this.#uid },
      spec: { ...pod.spec, containers: statuses.map(({ name }) => ({ name })) },
      status: { phase: 'Running', containerStatuses: statuses },
    } as never)
  }

  #current(container: string): Run {
    const run = this.#runs.get(container)?.at(-1)
    if (run === undefined) throw new Error(`${this.#name} has no container ${container}`)
    return run
  }

  /** As the kubelet reads: the last lines first, of those the ones that are new enough. */
  async *#read(request: LogRequest): AsyncGenerator<string> {
    const runs = this.#runs.get(request.container ?? 'postgres') ?? []
    const run = runs.at(request.previous ? -2 : -1)
    if (run === undefined) return
    const since = request.sinceTime === undefined ? 0 : Date.parse(request.sinceTime)
    let next = request.tailLines === undefined ? 0 : Math.max(0, run.lines.length - request.tailLines)
    while (!request.signal.aborted) {
      for (let line = run.lines[next]; line !== undefined; line = run.lines[++next]) {
        if (Date.parse(line.time) < since) continue
        yield request.timestamps ? `${line.time} ${line.text}` : line.text
      }
      if (!request.follow || run.ended) return
      await once(this.#news, 'line', { signal: request.signal }).catch(() => undefined)
    }
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new ConnectionFailure('connection refused'))
}

/** Lines that tell when one is missing, doubled or out of its place: `{"msg":"a 1"}`, `{"msg":"a 2"}` and so on. */
export function sequence(name: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => JSON.stringify({ msg: `${name} ${from + index}` }))
}
