import type { KubeObject } from '../../../src/api/objects.ts'
import { CliError } from '../../../src/errors/cli-error.ts'
import type { Session } from '../../../src/kube/session.ts'
import type { TransportResponse } from '../../../src/kube/transport.ts'

/** What a pod's port answers; a promise that never settles is a pod that never does. */
export type PodAnswer = { status: number; body: string }

export interface FakeOptions {
  objects: readonly KubeObject[]
  /** Kinds (plural) that the server does not serve. */
  unserved?: readonly string[]
  /** Throws or waits in place of an answer; `verb resource` as in a Role. */
  intercept?: (request: {
    verb: 'get' | 'list'
    resource: string
    name?: string
    signal?: AbortSignal
  }) => Promise<void> | void
  /** Answers of the ports 8000 and 9187 through pods/proxy. */
  pod?: (request: {
    pod: string
    scheme: string
    port: number
    path: string
    signal?: AbortSignal
  }) => Promise<PodAnswer>
}

export interface FakeSession extends Session {
  /** Paths with their decoded queries, in order. */
  readonly asked: string[]
}

/** A session over a list of objects: get, list with label selectors, tables in pages, and pods/proxy. */
export function fakeSession(options: FakeOptions): FakeSession {
  const asked: string[] = []
  const counters = { requests: 0, connections: 0, bytesIn: 0, bytesOut: 0 }
  const answer = async (
    path: string,
    query: readonly (readonly [string, string])[],
    accept: string,
    signal?: AbortSignal,
  ) => {
    asked.push(query.length === 0 ? path : `${path}?${query.map((pair) => pair.join('=')).join('&')}`)
    const target = parsePath(path)
    await options.intercept?.({
      verb: target.name === undefined ? 'list' : 'get',
      resource: target.plural,
      ...(target.name === undefined ? {} : { name: target.name }),
      ...(signal === undefined ? {} : { signal }),
    })
    if (options.unserved?.includes(target.plural)) throw notFound(path)
    const found = select(options.objects, target, Object.fromEntries(query))
    if (target.name !== undefined) {
      if (found[0] === undefined) throw notFound(path)
      return found[0]
    }
    return accept.includes('as=Table') ? tableOf(target.plural, found, Object.fromEntries(query)) : { items: found }
  }
  return {
    server: 'https://api.test:6443',
    context: 'test',
    user: 'tester',
    namespace: 'default',
    namespaceIsExplicit: false,
    counters,
    asked,
    transport: {
      counters,
      multiplexed: false,
      close: () => undefined,
      stream: () => Promise.reject(new Error('no streams here')),
      async request(request): Promise<TransportResponse> {
        asked.push(request.path)
        const [, pod, port, path] = /pods\/([^/]+):(\d+)\/proxy(\/.*)$/.exec(request.path) ?? []
        const [scheme, name] = (pod ?? '').split(':')
        const reply = await options.pod?.({
          pod: name ?? '',
          scheme: scheme ?? '',
          port: Number(port),
          path: path ?? '',
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        })
        return { status: reply?.status ?? 404, headers: {}, body: new TextEncoder().encode(reply?.body ?? '') }
      },
    },
    getJson: async <T>(path: string, get: Parameters<Session['getJson']>[1] = {}) =>
      (await answer(path, get.query ?? [], get.accept ?? '', get.signal)) as T,
    async listAll<T>(path: string, list: Parameters<Session['listAll']>[1] = {}) {
      const query: [string, string][] = list.labelSelector === undefined ? [] : [['labelSelector', list.labelSelector]]
      return (await answer(path, query, '', list.signal)) as { items: T[] }
    },
    send: () => Promise.reject(new Error('nothing is changed here')),
    dialOptions: () => Promise.reject(new Error('no upgrades here')),
    failure: () => new CliError({ kind: 'server', message: 'failed' }),
    close: () => undefined,
  }
}

interface Target {
  plural: string
  namespace?: string
  name?: string
}

function parsePath(path: string): Target {
  const [, namespace, plural, name] =
    /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?$/.exec(path) ?? []
  return {
    plural: plural ?? '',
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name: decodeURIComponent(name) }),
  }
}

function select(objects: readonly KubeObject[], target: Target, query: Record<string, string>): KubeObject[] {
  const [label, value] = (query['labelSelector'] ?? '').split('=')
  const [, named] = (query['fieldSelector'] ?? '').split('=')
  return objects.filter(
    ({ kind, metadata }) =>
      pluralOf(kind) === target.plural &&
      (target.namespace === undefined || metadata.namespace === target.namespace) &&
      (target.name === undefined || metadata.name === target.name) &&
      (named === undefined || metadata.name === named) &&
      (!label || (value === undefined ? metadata.labels?.[label] !== undefined : metadata.labels?.[label] === value)),
  )
}

function pluralOf(kind: string | undefined): string {
  return `${(kind ?? '').toLowerCase()}s`
}

/** Columns of spec/wire-formats.md B.1; ages are handed in by the annotation `test/age`. */
const COLUMNS: Record<string, [string, string][]> = {
  backups: [
    ['Cluster', 'spec.cluster.name'],
    ['Phase', 'status.phase'],
    ['Error', 'status.error'],
  ],
  scheduledbackups: [['Cluster', 'spec.cluster.name']],
  poolers: [['Cluster', 'spec.cluster.name']],
  clusters: [],
}
const APPLIED: [string, string][] = [
  ['Cluster', 'spec.cluster.name'],
  ['PG Name', 'spec.name'],
  ['Applied', 'status.applied'],
  ['Message', 'status.message'],
]

function tableOf(plural: string, objects: readonly KubeObject[], query: Record<string, string>): object {
  const columns = COLUMNS[plural] ?? APPLIED
  const from = Number(query['continue'] ?? 0)
  const end = from + Number(query['limit'])
  const shown = { Object: (each: KubeObject) => each, Metadata: ({ metadata }: KubeObject) => ({ metadata }) }
  return {
    kind: 'Table',
    metadata: end < objects.length ? { continue: String(end) } : {},
    columnDefinitions: ['Name', 'Age', ...columns.map(([name]) => name)].map((name) => ({ name, type: 'string' })),
    rows: objects.slice(from, end).map((object) => ({
      cells: [
        object.metadata.name,
        object.metadata.annotations?.['test/age'] ?? '1d',
        ...columns.map(([, path]) => valueAt(object, path) ?? null),
      ],
      object: shown[query['includeObject'] as keyof typeof shown]?.(object) ?? null,
    })),
  }
}

function valueAt(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object)
}

function notFound(path: string): CliError {
  return new CliError({ kind: 'missing', message: `${path} not found`, code: 404, reason: 'NotFound' })
}
