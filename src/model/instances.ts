import { Labels } from '../api/constants.ts'
import type { InstanceStatus } from '../api/instance-status.ts'
import type { InstanceDetails, InstanceMetrics, InstanceReading } from '../api/snapshot.ts'
import { byName } from '../api/by-name.ts'
import type { InstanceState } from './cluster-status.ts'
import { problemOf, type ModelContext } from './context.ts'
import { isFenced } from './fencing.ts'
import { statusOf } from './instance-verdict.ts'
import { compareLsn } from './lsn.ts'
import { podFacts } from './pods.ts'
import { timelineOf } from './primary.ts'
import { answeredRole, roleText, silentRole } from './roles.ts'
import { parsePrettySize, prettySize } from './size.ts'
import { toUtc } from './time.ts'

/**
 * Every instance there is or should be: from pods, from the Cluster's list of names, from volumes and jobs. Those that
 * answered first, then as spec/wire-formats.md G.2 orders them.
 */
export function instanceStates(context: ModelContext): InstanceState[] {
  if (context.hibernated && context.pods.size === 0) return []
  return instanceNames(context)
    .map((name) => instanceState(context, name))
    .sort(inOrder)
}

/** Names of instances that belong to the cluster, also of those whose pod is gone. */
function instanceNames(context: ModelContext): string[] {
  const { status } = context.cluster
  const names = new Set([...(status?.instanceNames ?? []), ...context.pods.keys()])
  for (const reading of context.readings.values()) if (!isJobReading(context, reading)) names.add(reading.pod)
  for (const list of Object.values(status?.instancesStatus ?? {})) for (const name of list) names.add(name)
  const claims = context.snapshot.objects.persistentVolumeClaims
  for (const claim of claims?.ok ? claims.value : []) {
    const instance = claim.metadata.labels?.[Labels.instanceName]
    if (instance) names.add(instance)
  }
  for (const name of [status?.currentPrimary, status?.targetPrimary]) if (name && name !== 'pending') names.add(name)
  return [...names].sort(byName)
}

/** A reading of a pod that is known and no instance's: a job's, for example. */
function isJobReading(context: ModelContext, reading: InstanceReading): boolean {
  return !context.pods.has(reading.pod) && context.allPods.some((pod) => pod.metadata.name === reading.pod)
}

function instanceState(context: ModelContext, name: string): InstanceState {
  const reading = context.readings.get(name)
  const pod = context.pods.get(name)
  const facts = pod ? podFacts(pod, context.nodes, zoneOf(context, name)) : null
  const answer = reading?.status.ok ? reading.status : undefined
  const role = answer ? answeredRole(context, name, answer.value, facts) : silentRole(context, name)
  const verdict = statusOf(context, name, role)
  return {
    name,
    role: verdict.role,
    roleText: roleText(verdict.role),
    presence: verdict.presence,
    statusText: verdict.text,
    statusKind: verdict.kind,
    detail: verdict.detail,
    isNamedPrimary: name === context.cluster.status?.currentPrimary,
    fenced: isFenced(context.fencing, name),
    ...ownWords(answer?.value),
    ...figures(reading, answer?.value),
    ...asked(reading?.details?.ok ? reading.details.value : undefined),
    pod: facts,
    via: answer && answer.via !== 'api' ? answer.via : null,
    problem: reading && !reading.status.ok ? problemOf(`instance ${name}`, reading.status) : null,
    failures: (reading?.failures ?? []).map(({ way, kind, reason, code, hint }) => ({
      way,
      kind,
      reason,
      code: code ?? null,
      hint: hint ?? null,
    })),
  }
}

function zoneOf(context: ModelContext, name: string): string | null {
  const labels = context.cluster.status?.topology?.instances?.[name]
  return labels?.['topology.kubernetes.io/zone'] ?? null
}

/** What the instance says of itself. Of one that is down on purpose nearly all of it is empty, thus unknown. */
function ownWords(status: InstanceStatus | undefined) {
  const awake = status?.mightBeUnavailable ? undefined : status
  return {
    isPrimary: awake?.isPrimary ?? null,
    currentLsn: awake?.currentLsn || null,
    receivedLsn: awake?.receivedLsn || null,
    replayLsn: awake?.replayLsn || null,
    timeline: awake ? timelineOf(awake) || null : null,
    systemId: awake?.systemID || null,
    replayPaused: awake?.replayPaused ?? null,
    walReceiverActive: awake?.isWalReceiverActive ?? null,
    rewinding: awake?.isPgRewindRunning ?? null,
    pendingRestart: awake?.pendingRestart ?? null,
    pendingRestartForDecrease: awake?.pendingRestartForDecrease ?? null,
    mightBeUnavailable: status?.mightBeUnavailable ?? null,
    maskedError: status?.mightBeUnavailableMaskedError || null,
    managerVersion: status?.instanceManagerVersion || null,
    managerUpgrading: status?.isInstanceManagerUpgrading ?? null,
  }
}

function figures(reading: InstanceReading | undefined, status: InstanceStatus | undefined) {
  const metrics: InstanceMetrics = reading?.metrics.ok ? reading.metrics.value : {}
  const told = status?.totalInstanceSize || null
  const bytes = metrics.databaseBytes ?? parsePrettySize(told) ?? null
  return {
    databaseBytes: bytes,
    databaseSize: told ?? (bytes === null ? null : prettySize(bytes)),
    walBytes: metrics.walBytes ?? null,
    walFilesWaiting: metrics.walFilesWaiting ?? status?.readyWalFiles ?? null,
    secondsSinceLastArchival: metrics.secondsSinceLastArchival ?? null,
    replicationLagSeconds: metrics.replicationLagSeconds ?? null,
  }
}

/** Answers to the questions of the third wave. */
function asked(details: InstanceDetails | undefined) {
  return {
    pendingSettings: details?.pendingRestartSettings?.map((row) => ({ ...row, pending: row.pending ?? null })) ?? null,
    configurationErrors:
      details?.configurationErrors?.map((row) => ({ ...row, line: row.line ?? null, name: row.name ?? null })) ?? null,
    serverVersion: details?.serverVersion ?? null,
    serverStartedAt: toUtc(details?.postmasterStartedAt) ?? null,
    mounts: details?.volumes ?? null,
  }
}

function inOrder(a: InstanceState, b: InstanceState): number {
  const answered = Number(b.presence === 'answered') - Number(a.presence === 'answered')
  const primary = Number(isPrimaryRole(b)) - Number(isPrimaryRole(a))
  return (
    answered ||
    primary ||
    compareLsn(b.receivedLsn, a.receivedLsn) ||
    compareLsn(b.replayLsn, a.replayLsn) ||
    byName(a.name, b.name)
  )
}

function isPrimaryRole(state: InstanceState): boolean {
  return state.role === 'primary' || state.role === 'designated-primary'
}
