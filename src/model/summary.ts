import { Phases } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { InstanceState, Size, Summary, Transition } from './cluster-status.ts'
import type { ModelContext } from './context.ts'
import { operator } from './operator.ts'
import { timelineOf } from './primary.ts'
import { postgresContainer, runningImage } from './pods.ts'
import { toUtc } from './time.ts'

const GOOD_PHASES: readonly string[] = [Phases.healthy, Phases.firstPrimary, Phases.creatingReplica]
const WARN_PHASES: readonly string[] = [Phases.upgrading, Phases.waitingForUser]

export function summary(context: ModelContext, instances: readonly InstanceState[]): Summary {
  const { cluster } = context
  const { spec, status, metadata } = cluster
  const own = context.primary?.status
  const images = imagesRunning(context)
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? context.snapshot.source.namespace,
    createdAt: toUtc(metadata.creationTimestamp) ?? null,
    systemId: own?.systemID || status?.systemID || commonSystemId(instances),
    image: status?.image ?? spec.imageName ?? images[0]?.image ?? null,
    imagesRunning: images,
    isReplicaCluster: context.isReplicaCluster,
    source: context.isReplicaCluster ? (spec.replica?.source ?? null) : null,
    primary: status?.currentPrimary || null,
    targetPrimary: status?.targetPrimary || null,
    answeringPrimary: context.primary?.name ?? null,
    transition: transitionOf(cluster),
    primaryFailingSince: toUtc(status?.currentPrimaryFailingSinceTimestamp) ?? null,
    promotedAt: toUtc(status?.currentPrimaryTimestamp) ?? null,
    targetSetAt: toUtc(status?.targetPrimaryTimestamp) ?? null,
    phase: status?.phase || null,
    phaseReason: status?.phaseReason || null,
    phaseKind: phaseKind(status?.phase),
    instancesWanted: spec.instances ?? null,
    instancesExisting: status?.instances ?? null,
    instancesReady: status ? (status.readyInstances ?? 0) : null,
    fencing: context.fencing,
    size: sizeOf(context, instances),
    currentLsn: own?.currentLsn || null,
    timeline: (own && timelineOf(own)) || status?.timelineID || null,
    walFile: own?.currentWAL || null,
    maintenance: maintenanceOf(cluster),
    bootstrap: bootstrapOf(cluster),
    primaryUpdateStrategy: spec.primaryUpdateStrategy ?? 'unsupervised',
    primaryUpdateMethod: spec.primaryUpdateMethod ?? 'restart',
    operator: operator(context),
  }
}

/** Without the primary's word: what all instances that answered agree on. */
function commonSystemId(instances: readonly InstanceState[]): string | null {
  const known = new Set(instances.map((instance) => instance.systemId).filter((id) => id !== null))
  return known.size === 1 ? [...known][0]! : null
}

function imagesRunning(context: ModelContext): Summary['imagesRunning'] {
  const byImage = new Map<string, string[]>()
  for (const [name, pod] of context.pods) {
    const image = runningImage(pod)
    const runs = postgresContainer(pod)?.state?.running !== undefined
    if (image === null || !runs) continue
    const known = byImage.get(image)
    if (known === undefined) byImage.set(image, [name])
    else known.push(name)
  }
  const named = context.cluster.status?.currentPrimary ?? ''
  return [...byImage]
    .map(([image, pods]) => ({ image, instances: pods }))
    .sort((a, b) => Number(b.instances.includes(named)) - Number(a.instances.includes(named)))
}

/** `pending` as the target is the operator's word for "not chosen yet". */
function transitionOf({ status }: Cluster): Transition {
  const { currentPrimary, targetPrimary } = status ?? {}
  if (!targetPrimary || currentPrimary === targetPrimary) return 'none'
  if (!currentPrimary) return 'initializing'
  return targetPrimary === 'pending' ? 'electing' : 'switching'
}

/** Colours of spec/wire-formats.md B.4; an unknown phase is none of the good ones. */
function phaseKind(phase: string | undefined): Summary['phaseKind'] {
  if (phase !== undefined && GOOD_PHASES.includes(phase)) return 'good'
  return phase !== undefined && WARN_PHASES.includes(phase) ? 'warn' : 'bad'
}

function sizeOf(context: ModelContext, instances: readonly InstanceState[]): Size {
  const primary = instances.find(({ name }) => name === context.primary?.name)
  return { databaseBytes: primary?.databaseBytes ?? null, walBytes: primary?.walBytes ?? null }
}

function maintenanceOf({ spec }: Cluster): Summary['maintenance'] {
  const window = spec.nodeMaintenanceWindow
  return window ? { inProgress: window.inProgress ?? false, reusePVC: window.reusePVC ?? true } : null
}

function bootstrapOf({ spec }: Cluster): Summary['bootstrap'] {
  const { initdb, recovery, pg_basebackup: baseBackup } = spec.bootstrap ?? {}
  if (recovery) {
    const origin = recovery.backup?.name ? `backup ${recovery.backup.name}` : (recovery.source ?? null)
    return { method: 'recovery', origin }
  }
  if (baseBackup) return { method: 'pg_basebackup', origin: baseBackup.source ?? null }
  return initdb ? { method: 'initdb', origin: null } : null
}
