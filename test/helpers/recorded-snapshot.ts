import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Annotations, Labels, Ports } from '../../src/api/constants.ts'
import type { InstanceStatus } from '../../src/api/instance-status.ts'
import type { Cluster } from '../../src/api/cluster.ts'
import type { KubeObject } from '../../src/api/objects.ts'
import type { Pod } from '../../src/api/pod.ts'
import type { MissingPart, Part } from '../../src/api/part.ts'
import type { ClusterSnapshot, InstanceReading, WayFailure } from '../../src/api/snapshot.ts'
import { describeProxyFailure } from '../../src/kube/proxy-failure.ts'
import { noAnswer, silence } from '../../src/snapshot/failures.ts'
import { assumedPods, instancePods } from '../../src/snapshot/instance-pods.ts'
import { parseMetrics } from '../../src/snapshot/metrics.ts'
import { whyNotAsked } from '../../src/snapshot/not-asked.ts'
import { detailsFromSql, statusFromSql, type SqlAnswers } from './recorded-sql.ts'

const STATES = new URL('../fixtures/states/', import.meta.url).pathname

export interface RecordedMeta {
  namespace: string
  cluster: string
  objectsAt: string
  versions: Record<string, string>
  /** Start of each run of the official plugin. */
  runs: Record<string, string>
}

export function recordedStates(): string[] {
  return readdirSync(STATES).sort()
}

function recordedMeta(state: string): RecordedMeta {
  return readJson(state, 'meta.json') as RecordedMeta
}

/** A file of a state as text; undefined where the state has none. */
export function recordedFile(state: string, ...path: string[]): string | undefined {
  const file = join(STATES, state, ...path)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** The recorded objects of one kind in the namespace of the state. */
export function recordedObjects<T extends KubeObject>(state: string, kind: string): T[] {
  const { items } = readJson(state, 'objects.json') as { items: T[] }
  const { namespace } = recordedMeta(state)
  return items.filter((item) => item.kind === kind && [undefined, namespace].includes(item.metadata.namespace))
}

/**
 * What this program would have read of a recorded state: the objects, and each instance by the first way that worked
 * when it was recorded. Its clock is the time of the objects.
 *
 * @param verbosity level of `-v`, which reads more
 */
export function recordedSnapshot(state: string, verbosity = 0): ClusterSnapshot {
  const meta = recordedMeta(state)
  const cluster = recordedObjects<Cluster>(state, 'Cluster').find((item) => item.metadata.name === meta.cluster)
  if (!cluster) throw new Error(`no Cluster ${meta.cluster} in ${state}`)
  const at = new Date(meta.objectsAt).toISOString()
  const read = <T extends KubeObject>(kind: string, resource: string): Part<T[]> =>
    forbidden(state, resource) ?? { ok: true, value: recordedObjects<T>(state, kind), at, via: 'api' }
  const labelled = <T extends KubeObject>(kind: string, resource: string): Part<T[]> => {
    const part = read<T>(kind, resource)
    const mine = (item: T) => item.metadata.labels?.[Labels.cluster] === meta.cluster
    return part.ok ? { ...part, value: part.value.filter(mine) } : part
  }
  const pods = labelled<Pod>('Pod', 'pods')
  const configuration = recordedFile(state, 'configuration.json')
  const snapshot: ClusterSnapshot = {
    schemaVersion: 1,
    takenAt: at,
    source: { namespace: meta.namespace, name: meta.cluster, clientVersion: '0.1.0' },
    cluster,
    objects: {
      pods,
      podDisruptionBudgets: labelled('PodDisruptionBudget', 'poddisruptionbudgets'),
      backups: read('Backup', 'backups'),
      scheduledBackups: read('ScheduledBackup', 'scheduledbackups'),
      poolers: read('Pooler', 'poolers'),
      databases: read('Database', 'databases'),
      publications: read('Publication', 'publications'),
      subscriptions: read('Subscription', 'subscriptions'),
      databaseRoles: read('DatabaseRole', 'databaseroles'),
    },
    instances: (pods.ok ? instancePods(cluster, pods.value) : assumedPods(cluster)).map((pod) =>
      reading(state, pod, cluster, at, verbosity),
    ),
  }
  const { objects } = snapshot
  const hibernating = cluster.metadata.annotations?.[Annotations.hibernation] === 'on'
  if (verbosity > 0 || cluster.status?.phase !== 'Cluster in healthy state') objects.jobs = labelled('Job', 'jobs')
  if (verbosity > 0 || hibernating)
    objects.persistentVolumeClaims = labelled('PersistentVolumeClaim', 'persistentvolumeclaims')
  if (verbosity > 1 && configuration !== undefined) {
    const value = JSON.parse(configuration) as { customConf: string; hbaConf: string }
    objects.configuration = forbidden(state, 'pods/exec') ?? { ok: true, value, at, via: 'exec' }
  }
  return snapshot
}

/** One instance: proxy, then exec, then SQL, as far as they were recorded to work. */
function reading(state: string, pod: Pod, cluster: Cluster, at: string, verbosity: number): InstanceReading {
  const name = pod.metadata.name
  const hindrance = whyNotAsked(pod)
  if (hindrance) return { pod: name, status: hindrance, metrics: hindrance, failures: [] }
  const sqlText = forbidden(state, 'pods/exec') ? undefined : recordedFile(state, 'sql', `${name}.json`)
  const sql = sqlText === undefined ? undefined : parseSql(sqlText)
  const { status, failures } = askStatus(state, name, sql, at)
  const page = forbidden(state, 'pods/proxy') ? undefined : recordedFile(state, 'metrics', `${name}.txt`)
  const result: InstanceReading = {
    pod: name,
    status,
    metrics:
      page === undefined
        ? { ok: false, reason: 'missing', message: 'not recorded' }
        : { ok: true, value: parseMetrics(page), at, via: 'proxy' },
    failures,
  }
  const asks = verbosity > 0 || (status.ok && (status.value.pendingRestart || status.value.pendingRestartForDecrease))
  if (sql && status.ok && asks) {
    result.details = { ok: true, value: detailsFromSql(sql, cluster), at, via: 'sql' }
  }
  return result
}

function askStatus(state: string, name: string, sql: SqlAnswers | undefined, at: string) {
  const failures: WayFailure[] = []
  const denied = forbidden(state, 'pods/proxy')
  const proxied = denied ? undefined : recordedFile(state, 'pgstatus', `${name}.json`)
  if (proxied !== undefined) return answer(JSON.parse(proxied) as InstanceStatus, 'proxy', at, failures)
  failures.push(
    denied
      ? {
          way: 'proxy',
          reason: 'pods/proxy is forbidden for user "viewer"',
          code: 403,
          kind: 'forbidden',
          hint: denied.hint!,
        }
      : proxyFailure(state, name),
  )
  const noExec = forbidden(state, 'pods/exec')
  const executed = noExec ? undefined : recordedFile(state, 'pgstatus-exec', `${name}.json`)
  if (executed !== undefined) return answer(JSON.parse(executed) as InstanceStatus, 'exec', at, failures)
  failures.push(
    noExec
      ? { way: 'exec', reason: noExec.message, code: 403, kind: 'forbidden' }
      : silence('exec', 'no answer within 3 s'),
  )
  const computed = sql && statusFromSql(sql)
  if (computed) return answer(computed, 'sql', at, failures)
  failures.push(
    noExec
      ? { way: 'sql', reason: noExec.message, code: 403, kind: 'forbidden' }
      : silence('sql', 'no answer within 3 s'),
  )
  return { status: noAnswer(failures), failures }
}

function answer(value: InstanceStatus, via: 'proxy' | 'exec' | 'sql', at: string, failures: WayFailure[]) {
  const status: Part<InstanceStatus> = { ok: true, value, at, via }
  return { status, failures }
}

/** The program gives an instance up long before the API server does. */
function proxyFailure(state: string, name: string): WayFailure {
  const text = recordedFile(state, 'pgstatus', `${name}.error.json`)
  if (text === undefined) return silence('proxy', 'no answer within 3 s')
  const error = JSON.parse(text) as { httpCode: number | null; seconds: number; body?: { message?: string } | null }
  if (error.httpCode === null || error.seconds > 3) return silence('proxy', 'no answer within 3 s')
  const answer = { status: error.httpCode, body: JSON.stringify(error.body ?? '') }
  const { message, hint } = describeProxyFailure(answer, { pod: name, port: Ports.status })
  const failure: WayFailure = { way: 'proxy', reason: message, code: error.httpCode, kind: 'network' }
  return hint === undefined ? failure : { ...failure, hint }
}

/** The rights that the user of the `rbac-*` states had (their objects were recorded with full rights). */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  'rbac-cluster-only': [],
  'rbac-no-exec': ['pods', 'backups', 'pods/proxy'],
  'rbac-no-proxy': ['pods', 'backups'],
}

function forbidden(state: string, resource: string): MissingPart | undefined {
  const rights = RIGHTS[state]
  if (!rights || rights.includes(resource)) return undefined
  return {
    ok: false,
    reason: 'forbidden',
    message: `${resource} is forbidden`,
    hint: `a Role needs the right to read ${resource}`,
    code: 403,
  }
}

function parseSql(text: string): SqlAnswers {
  // System identifiers are greater than what a number holds.
  return JSON.parse(text.replace(/"system_identifier":(\d+)/g, '"system_identifier":"$1"')) as SqlAnswers
}

function readJson(state: string, file: string): unknown {
  return JSON.parse(readFileSync(join(STATES, state, file), 'utf8'))
}
