import type { ContainerStatus, Pod } from '../../../../src/api/pod.ts'
import { ConnectionFailure } from '../../types.ts'
import type { Exchange } from '../exchange.ts'
import { isTrue } from '../request-info.ts'
import { ApiError, badRequest, internal, invalid } from '../status.ts'
import { containerOf } from './backends.ts'
import type { Backends } from './backends.ts'

/** The log of one container, line by line; with `follow` until the client leaves. */
export async function podLog(exchange: Exchange, backends: Backends): Promise<void> {
  const { info, query, signal } = exchange
  const tailLines = whole(query, 'tailLines', 0)
  const limitBytes = whole(query, 'limitBytes', 1)
  const sinceSeconds = whole(query, 'sinceSeconds', 1)
  const sinceTime = query.get('sinceTime') ?? undefined
  if (sinceTime !== undefined && Number.isNaN(Date.parse(sinceTime)))
    throw badRequest(`parsing time "${sinceTime}" as "2006-01-02T15:04:05Z07:00": cannot parse`)
  if (sinceTime !== undefined && sinceSeconds !== undefined)
    throw invalid(
      '',
      'PodLogOptions',
      '',
      'sinceSeconds',
      'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    )
  const pod = backends.pod(info.namespace, info.name)
  const container = containerOf(pod, query.get('container') ?? undefined)
  const previous = isTrue(query.get('previous'))
  mayBeRead(pod, container, previous)

  const lines = backends.backend(pod).logs({
    container,
    follow: isTrue(query.get('follow')),
    tailLines,
    timestamps: isTrue(query.get('timestamps')),
    sinceSeconds,
    sinceTime,
    previous,
    limitBytes,
    signal,
  })
  let started = false
  const start = (): boolean => {
    if (!started) started = exchange.start(200, { 'content-type': 'text/plain' })
    return started
  }
  // The head is sent before the first line, so that a follower of a silent container knows that it is connected.
  const quiet = setTimeout(start, 20)
  try {
    for await (const line of lines) {
      if (signal.aborted || !start()) break
      await exchange.write(`${line}\n`)
    }
  } catch (error) {
    if (signal.aborted) return
    if (started) exchange.request.socket.destroy()
    else if (error instanceof ConnectionFailure) throw internal(error.message)
    else throw error
  } finally {
    clearTimeout(quiet)
  }
  if (start()) exchange.end()
}

function whole(query: URLSearchParams, key: string, least: number): number | undefined {
  const value = query.get(key)
  if (value === null || value === '') return undefined
  if (!/^-?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing "${value}": invalid syntax`)
  if (Number(value) >= least) return Number(value)
  const bound = `must be greater than or equal to ${least}`
  throw invalid('', 'PodLogOptions', '', key, `Invalid value: ${value}: ${bound}`)
}

/** Throws the 400 that the kubelet answers for a container that has no log yet, or none of its predecessor. */
function mayBeRead(pod: Pod, container: string, previous: boolean): void {
  const { name } = pod.metadata
  const all: ContainerStatus[] = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ]
  const status = all.find((each) => each.name === container)
  if (previous) {
    if (status?.lastState?.terminated !== undefined) return
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`)
  }
  if (status === undefined && !pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`)
  const waiting = status?.state?.waiting
  if (waiting === undefined || status?.lastState?.terminated !== undefined) return
  const reason = waiting.reason ?? 'ContainerCreating'
  const failing = /ErrImagePull|ImagePullBackOff|InvalidImageName/.test(reason)
  const why = failing
    ? `container "${container}" in pod "${name}" is waiting to start: trying and failing to pull image`
    : `container "${container}" in pod "${name}" is waiting to start: ${reason}`
  throw new ApiError(400, 'BadRequest', why)
}
