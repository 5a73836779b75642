import { Phases } from '../../api/constants.ts'
import type { ClusterStatus, InstanceState, VolumeStatus } from '../cluster-status.ts'
import { prettyLag } from '../size.ts'
import { goesToSleep } from './facts.ts'
import { severityAt } from './thresholds.ts'
import type { Hit, Levels, Rule } from './types.ts'

type Mount = NonNullable<InstanceState['mounts']>[number]

/** Volumes: how full, and what Kubernetes and the operator say of them. */
export const STORAGE_RULES: readonly Rule[] = [
  {
    id: 'volume-full',
    title: 'volume nearly full',
    scope: 'instance',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'volume-used',
      unit: 'percent',
      summary: 'Used part of a volume, where it was asked for',
      warning: '85',
      critical: '95',
      perfdata: { name: 'volume_used', value: fullest },
    },
    blocks: { promote: 'force' },
    cause:
      'The data have grown, or WAL piles up: failing archiving, a slot whose consumer is away, or long transactions.',
    consequence:
      'PostgreSQL stops when the volume is full, and the instance does not come up again before it has space.',
    next: ['kubectl cnpg status CLUSTER -v', 'kubectl get pvc'],
    test: nearlyFull,
  },
  {
    id: 'volume-state',
    title: 'volume not usable',
    scope: 'cluster',
    severities: ['critical', 'warning', 'info'],
    cause:
      'A volume is pending or lost, being resized, left behind by an instance, or one that the operator cannot use.',
    consequence: 'The instance it belongs to does not start, or starts with other data.',
    next: ['kubectl get pvc', 'kubectl get events'],
    test: volumeStates,
  },
]

function usedPercent({ totalBytes, freeBytes }: Mount): number {
  return totalBytes === 0 ? 0 : ((totalBytes - freeBytes) / totalBytes) * 100
}

function fullest(status: ClusterStatus): number | undefined {
  const used = status.instances.flatMap(({ mounts }) => mounts ?? []).map(usedPercent)
  return used.length === 0 ? undefined : Math.round(Math.max(...used) * 10) / 10
}

function nearlyFull(status: ClusterStatus, levels: Levels): Hit[] {
  return status.instances.flatMap(({ name, mounts }) =>
    (mounts ?? []).flatMap((mount) => {
      const used = usedPercent(mount)
      const severity = severityAt(levels, used)
      if (severity === null) return []
      const free = `${prettyLag(mount.freeBytes)} of ${prettyLag(mount.totalBytes)} free`
      return [
        {
          severity,
          message: `${name}: ${mount.mount} is ${Math.floor(used)} % full, ${free}`,
          objects: [name],
        } satisfies Hit,
      ]
    }),
  )
}

function volumeStates(status: ClusterStatus): Hit[] {
  return (status.volumes?.items ?? []).flatMap((volume) => {
    const hit = stateOf(status, volume)
    return hit ? [{ ...hit, objects: [volume.name] }] : []
  })
}

function stateOf(status: ClusterStatus, volume: VolumeStatus): Pick<Hit, 'severity' | 'message'> | null {
  const name = `volume ${volume.name}`
  if (volume.phase === 'Lost') return { severity: 'critical', message: `${name} is lost` }
  if (volume.operatorState === 'unusable')
    return { severity: 'warning', message: `${name} is unusable, as the operator says` }
  // A volume that waits for its first pod is pending too, and that pod is being made.
  if (volume.phase === 'Pending' && volume.operatorState !== 'initializing') {
    return {
      severity: 'warning',
      message: `${name} is pending: no storage has been given to it (class ${volume.storageClass ?? 'default'})`,
    }
  }
  if (volume.operatorState === 'resizing') {
    return {
      severity: 'info',
      message: `${name} is being resized: ${volume.capacity ?? '?'} of ${volume.requested ?? '?'}`,
    }
  }
  // While the cluster works on an instance its volume is without a pod; asleep, all are.
  const settled =
    status.summary.phase === Phases.healthy && status.summary.transition === 'none' && !goesToSleep(status)
  if (volume.operatorState === 'dangling' && settled)
    return { severity: 'info', message: `${name} belongs to no instance` }
  return null
}
