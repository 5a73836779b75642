import type { Cluster } from '../api/cluster.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import { backupWays, wayText } from '../model/backups/method.ts'
import type { BackupWay } from '../model/backups/method.ts'
import { backupFailures, backupTook } from '../model/backups/runs.ts'
import type { ClusterStatus } from '../model/cluster-status.ts'
import { command, names, span } from '../model/rules/words.ts'
import { prettySize } from '../model/size.ts'
import { buildStatus } from '../model/status.ts'
import { secondsBetween } from '../model/time.ts'
import { hopelessBackup, targetChecks } from './backup-checks.ts'
import { backupObject } from './backup-object.ts'
import type { BackupIntent } from './backup-object.ts'
import type { Check, Fact, Plan, Step } from './plan.ts'
import { checksOfRules } from './preflight.ts'

/** What a backup is planned from. */
export interface BackupState {
  snapshot: ClusterSnapshot
  /** Names of Backup objects of the namespace that were looked for and are there. */
  taken: readonly string[]
}

/** The plan of an on-demand backup (spec/commands-core.md 8). The method, where none is given, is the one the Cluster is set up for. */
export function planBackup({ snapshot, taken }: BackupState, wish: BackupIntent): Plan {
  const { cluster } = snapshot
  const status = buildStatus(snapshot)
  const { namespace, name } = status.summary
  const { way, choice } = wayOf(cluster, wish)
  const intent = completed(wish, way)
  const target = targetOf(cluster, intent)
  const free: Check[] = taken.includes(intent.name)
    ? [{ id: 'name-taken', message: `there is a Backup ${intent.name} already`, forcible: false }]
    : []
  return {
    change: 'backup',
    target: `${namespace}/${name}`,
    instances: [],
    title: `Backup of ${namespace}/${name}: ${intent.name}`,
    facts: [methodFact(cluster, way), targetFact(status, target), ...sizeFact(status), lastFact(status)],
    checks: [
      ...choice,
      ...free,
      ...hopelessBackup(cluster, way, intent),
      ...targetChecks(status, target),
      ...checksOfRules(status, 'backup', null),
    ],
    warnings: warningsOf(status),
    steps: [stepOf(namespace, name, intent)],
    staged: false,
    nothing: null,
    premise: { 'the method': wayText(way) },
    consent: { question: `Make the backup ${intent.name}?`, typed: null, always: null },
    proof: `backup ${intent.name} is completed`,
    follow: command(status, `kubectl cnpg backup show ${intent.name}`) ?? '',
  }
}

/** The way that was asked for, else the one that is set up; of several none is guessed, but that the object store is the operator's own. */
function wayOf(cluster: Cluster, { method, plugin }: BackupIntent): { way: BackupWay; choice: Check[] } {
  if (method !== undefined) return { way: { method, ...(plugin === undefined ? {} : { plugin }) }, choice: [] }
  const ways = backupWays(cluster)
  const [first = { method: 'barmanObjectStore' as const }, ...others] = ways
  if (first.method === 'barmanObjectStore' || others.length === 0) return { way: first, choice: [] }
  const flags = ways.map((way) =>
    way.plugin === undefined ? `-m ${way.method}` : `-m plugin --plugin-name ${way.plugin}`,
  )
  const message = `the Cluster is set up for several methods: give ${flags.join(' or ')}`
  return { way: first, choice: [{ id: 'several-methods', message, forcible: false }] }
}

/** As the official's object the one for the operator's default names no method. */
function completed(wish: BackupIntent, { method, plugin }: BackupWay): BackupIntent {
  if (wish.method !== undefined || method === 'barmanObjectStore') return wish
  return { ...wish, method, plugin }
}

/** What the operator takes where nothing is said (its default: prefer-standby). */
function targetOf(cluster: Cluster, { target }: BackupIntent): 'primary' | 'prefer-standby' {
  return (target ?? cluster.spec.backup?.target) === 'primary' ? 'primary' : 'prefer-standby'
}

function methodFact(cluster: Cluster, way: BackupWay): Fact {
  return { label: 'method', text: `${wayText(way)}${placeOf(cluster, way)}`, tone: 'plain' }
}

function placeOf(cluster: Cluster, { method, plugin }: BackupWay): string {
  const { backup } = cluster.spec
  if (method === 'plugin') {
    const parameters = cluster.spec.plugins?.find(({ name }) => name === plugin)?.parameters ?? {}
    const store = parameters['barmanObjectName']
    return store === undefined
      ? ''
      : `, ObjectStore ${store}, server ${parameters['serverName'] ?? cluster.metadata.name}`
  }
  const [section, key] =
    method === 'volumeSnapshot' ? [backup?.volumeSnapshot, 'className'] : [backup?.barmanObjectStore, 'destinationPath']
  const place = section?.[key]
  return typeof place === 'string' ? ` ${place}` : ''
}

function targetFact({ instances, summary }: ClusterStatus, target: 'primary' | 'prefer-standby'): Fact {
  const able = instances.filter((each) => !each.fenced && each.pod?.ready === true)
  const standbys = able.filter((each) => !each.isNamedPrimary).map(({ name }) => name)
  const primary = summary.primary ?? 'the primary'
  if (target === 'primary') return { label: 'made by', text: `${primary} (primary)`, tone: 'plain' }
  if (standbys.length === 0)
    return { label: 'made by', text: `${primary} (primary): no standby is ready`, tone: 'warn' }
  const list = standbys.length === 1 ? names(standbys) : `a standby: ${standbys.join(' or ')}`
  return { label: 'made by', text: standbys.length === 1 ? `${list} (standby)` : list, tone: 'plain' }
}

function sizeFact({ summary }: ClusterStatus): Fact[] {
  const { databaseBytes } = summary.size
  return databaseBytes === null ? [] : [{ label: 'databases', text: prettySize(databaseBytes), tone: 'plain' }]
}

function lastFact({ backup, takenAt }: ClusterStatus): Fact {
  const age = secondsBetween(backup.lastSuccessfulAt, takenAt)
  if (age === null) return { label: 'last backup', text: 'none yet', tone: 'warn' }
  const took = backupTook((backup.history.items ?? []).find((run) => run.name === backup.lastSuccessfulName))
  return { label: 'last backup', text: `${span(age)} ago${took === null ? '' : `, took ${span(took)}`}`, tone: 'plain' }
}

function warningsOf({ backup }: ClusterStatus): string[] {
  const running = backup.running.map(({ name }) => name)
  const waits = running.length === 0 ? [] : [`${names(running)} not done yet: this backup waits until then`]
  return [...waits, ...backupFailures(backup)]
}

function stepOf(namespace: string, cluster: string, intent: BackupIntent): Step {
  const body = backupObject(namespace, cluster, intent)
  const { name } = intent
  const evidence = Object.entries(body.spec).map(([key, value]) => ({ path: ['spec', key], value }))
  return {
    id: 'backup',
    description: `create the Backup ${name}; the operator makes it`,
    requested: `backup/${name} requested`,
    request: { method: 'POST', object: { kind: 'backups', namespace, name }, body },
    evidence: { kind: 'members', members: evidence },
    undo: null,
  }
}
