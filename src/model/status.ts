import type { Part } from '../api/part.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import { archiving } from './archiving.ts'
import { backup } from './backups.ts'
import { baseBackups } from './base-backups.ts'
import { certificates } from './certificates.ts'
import type { ClusterStatus, InstanceState, Problem, Token } from './cluster-status.ts'
import { applied, disruptionBudget, job, managedRoles, plugins, pooler, tablespaces, volume } from './companions.ts'
import { listing, modelContext, problemOf, type ModelContext } from './context.ts'
import { hibernation } from './hibernation.ts'
import { instanceStates } from './instances.ts'
import { layoutOf, operatorVersion } from './layout.ts'
import { reached } from './reached.ts'
import { replication } from './replication.ts'
import { slots } from './slots.ts'
import { summary } from './summary.ts'
import { synchronous } from './synchronous.ts'
import { toUtc } from './time.ts'
import { readToken } from './tokens.ts'
import { whole } from './whole.ts'

/** Builds the model of one cluster from what was read about it: pure, total, no clock but the snapshot's. */
export function buildStatus(given: ClusterSnapshot): ClusterStatus {
  const snapshot = whole(given)
  const context = modelContext(snapshot)
  const instances = instanceStates(context)
  const allSlots = slots(
    context,
    instances.map(({ name }) => name),
  )
  const rows = replication(context, allSlots)
  const version = operatorVersion(context)
  return {
    schemaVersion: 1,
    takenAt: snapshot.takenAt,
    clientVersion: snapshot.source.clientVersion,
    context: snapshot.source.context ?? null,
    layout: layoutOf(version),
    operatorVersion: version,
    summary: summary(context, instances),
    hibernation: hibernation(context),
    ...tokens(context),
    synchronous: synchronous(context, rows),
    certificates: certificates(context),
    backup: backup(context),
    archiving: archiving(context),
    baseBackups: baseBackups(context),
    replication: rows,
    slots: allSlots,
    managedRoles: managedRoles(context),
    tablespaces: tablespaces(context),
    plugins: plugins(context),
    ...companions(context),
    instances,
    reached: reached(context, instances),
    configuration: snapshot.objects.configuration?.ok ? snapshot.objects.configuration.value : null,
    conditions: conditions(context),
    problems: problems(snapshot, instances),
  }
}

function tokens({ cluster, primary }: ModelContext): { demotionToken: Token | null; promotionToken: Token | null } {
  const { demotionToken, lastPromotionToken } = cluster.status ?? {}
  const promotionToken = cluster.spec.replica?.promotionToken
  const systemId = primary?.status.systemID || null
  return {
    demotionToken: demotionToken ? readToken(demotionToken, systemId) : null,
    // Once used it is history.
    promotionToken:
      promotionToken && promotionToken !== lastPromotionToken ? readToken(promotionToken, systemId) : null,
  }
}

function companions(context: ModelContext) {
  const { objects } = context.snapshot
  const { name } = context.cluster.metadata
  const poolers = objects.poolers.ok
    ? { ...objects.poolers, value: objects.poolers.value.filter((item) => item.spec.cluster.name === name) }
    : objects.poolers
  return {
    disruptionBudgets: listing('poddisruptionbudgets', objects.podDisruptionBudgets, disruptionBudget),
    poolers: listing('poolers', poolers, (object) => pooler(context, object)),
    databases: applied('databases', objects.databases, name) ?? { items: null, problem: null },
    publications: applied('publications', objects.publications, name),
    subscriptions: applied('subscriptions', objects.subscriptions, name),
    databaseRoles: applied('databaseroles', objects.databaseRoles, name),
    jobs: objects.jobs ? listing('jobs', objects.jobs, job) : null,
    volumes: objects.persistentVolumeClaims
      ? listing('persistentvolumeclaims', objects.persistentVolumeClaims, (claim) => volume(context, claim))
      : null,
  }
}

function conditions({ cluster }: ModelContext): ClusterStatus['conditions'] {
  return (cluster.status?.conditions ?? []).map((condition) => ({
    type: condition.type,
    status: condition.status,
    reason: condition.reason ?? null,
    message: condition.message ?? null,
    since: toUtc(condition.lastTransitionTime) ?? null,
  }))
}

/** Everything that could not be read, objects first. An instance that Kubernetes says cannot answer is no such thing. */
function problems(snapshot: ClusterSnapshot, instances: readonly InstanceState[]): Problem[] {
  // Nobody is missing the operator who may not see it.
  const { operator: _, ...objects } = snapshot.objects
  const parts = Object.entries(objects) as [string, Part<unknown> | undefined][]
  const unread = parts.flatMap(([subject, part]) => (part && !part.ok ? [problemOf(subject.toLowerCase(), part)] : []))
  const silent = instances.flatMap(({ presence, problem }) => (presence === 'silent' && problem ? [problem] : []))
  return [...unread, ...silent]
}
