import { Annotations, Phases } from '../api/constants.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import { compareVersions } from '../model/layout.ts'
import type { ClusterStatus, VolumeStatus } from '../model/cluster-status.ts'
import { hibernationState } from '../model/hibernation-report.ts'
import { podsKnown } from '../model/rules/facts.ts'
import { names, span, command } from '../model/rules/words.ts'
import { instanceNames, sortedByName } from '../model/server-state.ts'
import { buildStatus } from '../model/status.ts'
import { secondsBetween } from '../model/time.ts'
import { annotationEvidence, lockedAnnotation } from './locked-annotation.ts'
import type { Check, Fact, Plan, Step } from './plan.ts'

/** The plan of hibernation (spec/commands-core.md 11.1): the official's annotation. The snapshot has to hold the volumes. */
export function planHibernate(snapshot: ClusterSnapshot): Plan {
  const status = buildStatus(snapshot)
  const { namespace, name, primary } = status.summary
  const state = hibernationState(status, annotationOf(snapshot))
  const base = {
    ...common(snapshot, status, 'hibernate on'),
    title: `Hibernate ${namespace}/${name}`,
    facts: [...whatStops(status), ...whatStays(status), ...backupFacts(status)],
    warnings: [...backupWarnings(status), ...othersWarnings(status)],
    premise: { 'the primary': primary },
    consent: { question: `Stop ${namespace}/${name}? Its volumes stay.`, typed: null, always: null },
    proof: `the pods of ${namespace}/${name} are gone`,
  }
  const gone = podsKnown(status) && status.instances.every(({ presence }) => presence === 'absent')
  if (state === 'hibernated' && gone) {
    return { ...base, checks: [], steps: [], nothing: `${namespace}/${name} is hibernated already` }
  }
  // Asked for before: what is left is to wait for it.
  if (status.hibernation?.requested === true) return { ...base, checks: [], steps: [], nothing: null }
  const undo = command(status, 'kubectl cnpg hibernate off CLUSTER')
  const checks = hindrancesOfSleep(status)
  return { ...base, checks, steps: [stepOf(snapshot, 'on', undo)], nothing: null }
}

/** The plan of waking up. The snapshot has to hold the volumes. */
export function planWake(snapshot: ClusterSnapshot): Plan {
  const status = buildStatus(snapshot)
  const { namespace, name, fencing } = status.summary
  const annotation = annotationOf(snapshot)
  const state = hibernationState(status, annotation)
  const warnings = fencing.primaryFenced
    ? ['the primary is fenced: its pod will run, PostgreSQL will not until it is unfenced']
    : []
  if (!status.volumes?.items) warnings.push('the volumes could not be read: whether they are all there is not known')
  const base = {
    ...common(snapshot, status, 'hibernate off'),
    title: `Wake up ${namespace}/${name}`,
    facts: whatStays(status),
    warnings,
    premise: {},
    consent: { question: `Start ${namespace}/${name} again?`, typed: null, always: null },
    proof: fencing.primaryFenced
      ? `the pod of the primary of ${namespace}/${name} runs`
      : `the primary of ${namespace}/${name} answers`,
  }
  if (state === 'awake') {
    return { ...base, checks: [], steps: [], nothing: `${namespace}/${name} is not hibernated` }
  }
  if (annotation !== 'on') return { ...base, checks: [], steps: [], nothing: null }
  const undo = command(status, 'kubectl cnpg hibernate on CLUSTER')
  return { ...base, checks: hindrancesOfWaking(status), steps: [stepOf(snapshot, 'off', undo)], nothing: null }
}

function common(snapshot: ClusterSnapshot, status: ClusterStatus, change: string) {
  const { namespace, name } = status.summary
  return {
    change,
    target: `${namespace}/${name}`,
    instances: instanceNames(snapshot, status),
    staged: false,
    follow: command(status, 'kubectl cnpg hibernate status CLUSTER') ?? '',
  }
}

function annotationOf({ cluster }: ClusterSnapshot): string | undefined {
  return cluster.metadata.annotations?.[Annotations.hibernation]
}

function stepOf({ cluster }: ClusterSnapshot, value: 'on' | 'off', undo: string | null): Step {
  return {
    id: 'hibernation',
    description: `set the annotation ${Annotations.hibernation} to ${value}`,
    requested: value === 'on' ? 'hibernation requested' : 'waking up requested',
    request: lockedAnnotation(cluster, Annotations.hibernation, value),
    evidence: annotationEvidence(Annotations.hibernation, value),
    undo,
  }
}

/** Operators that know the annotation: 1.18.4, 1.19.2, 1.20 and later (spec/wire-formats.md C.2). */
function knowsHibernation(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major !== 1 || minor >= 20) return true
  if (minor < 18) return false
  return compareVersions(version, minor === 19 ? '1.19.2' : '1.18.4') >= 0
}

/**
 * An operator from 1.27.4 on waits until the cluster is well before it begins; an older one deletes the pods of a broken cluster,
 * which then may not come back (user reports). Neither is what somebody wants who does not know of it.
 */
function hindrancesOfSleep(status: ClusterStatus): Check[] {
  const { summary, backup, operatorVersion } = status
  const checks: Check[] = []
  if (operatorVersion !== null && !knowsHibernation(operatorVersion)) {
    const message = `operator ${operatorVersion} does not know hibernation (1.18.4, 1.19.2 and later do)`
    checks.push({ id: 'operator-too-old', message, forcible: false })
  }
  const { phase, instancesReady, instancesWanted } = summary
  const short = instancesReady !== null && instancesWanted !== null && instancesReady < instancesWanted
  if (phase !== Phases.healthy || short) {
    const help = command(status, "kubectl cnpg fencing on CLUSTER '*'")
    checks.push({
      id: 'not-healthy',
      message:
        `the cluster is not healthy (${phase ?? 'no phase'}, ${instancesReady ?? 0} of ${instancesWanted ?? '?'} instances ` +
        'ready): the operator does not begin before it is, and older ones than 1.27.4 would delete the pods of a broken cluster',
      forcible: true,
      // Stops PostgreSQL at once, whatever the state of the cluster.
      ...(help === null ? {} : { command: help }),
    })
  }
  if (backup.running.length > 0) {
    const message = `a backup is running, which would fail: ${names(backup.running.map(({ name }) => name))}`
    checks.push({ id: 'backup-running', message, forcible: true })
  }
  return checks.sort((a, b) => Number(a.forcible) - Number(b.forcible))
}

function hindrancesOfWaking(status: ClusterStatus): Check[] {
  const { hibernation, summary, volumes } = status
  const checks: Check[] = []
  const state = hibernationState(status, 'on')
  if (state === 'hibernating') {
    const help = command(status, 'kubectl cnpg hibernate on CLUSTER')
    checks.push({
      id: 'hibernation-running',
      message: `the operator is still deleting the pods (${hibernation?.message ?? 'no message'}): wait until it is done`,
      forcible: true,
      ...(help === null ? {} : { command: help }),
    })
  }
  const items = volumes?.items
  if (!items || state === 'waiting') return checks
  const good = items.filter(isGood)
  const own = good.filter(({ instance, name }) => instance === summary.primary || name === summary.primary)
  if (good.length === 0) {
    const message = 'no volume of this cluster is there: nothing would come back'
    checks.push({ id: 'no-volumes', message, forcible: true })
  } else if (summary.primary !== null && own.length === 0) {
    const message = `the volume of the primary ${summary.primary} is not there (there are: ${names(good.map(({ name }) => name))})`
    checks.push({ id: 'primary-volume', message, forcible: true })
  }
  return checks
}

function isGood({ phase }: VolumeStatus): boolean {
  return phase !== 'Terminating' && phase !== 'Lost'
}

function whatStops(status: ClusterStatus): Fact[] {
  const running = sortedByName(status.instances.filter(({ presence }) => presence !== 'absent'))
  const list = running.map(({ name, isNamedPrimary }) => `${name}${isNamedPrimary ? ' (primary)' : ''}`)
  return [{ label: 'stops', text: `pods ${list.join(', ') || 'none'}`, tone: 'plain' }]
}

function whatStays({ volumes }: ClusterStatus): Fact[] {
  if (!volumes?.items) {
    return [{ label: 'stays', text: `volumes: not known (${volumes?.problem?.message ?? 'not read'})`, tone: 'warn' }]
  }
  const list = volumes.items.map(({ name, capacity, requested, phase }) => {
    const size = capacity ?? requested
    const facts = [size, phase === 'Bound' ? null : phase].filter((text) => text !== null)
    return facts.length === 0 ? name : `${name} (${facts.join(', ')})`
  })
  return [
    { label: 'stays', text: `volumes ${list.join(', ') || 'none'}`, tone: list.length === 0 ? 'bad' : 'plain' },
    { label: '', text: 'the Cluster, its services and secrets', tone: 'plain' },
  ]
}

function backupFacts({ backup, takenAt }: ClusterStatus): Fact[] {
  const age = secondsBetween(backup.lastSuccessfulAt, takenAt)
  const text =
    age !== null ? `${span(age)} ago` : backup.configured === 'none' ? 'none: backups are not configured' : 'none yet'
  return [{ label: 'last backup', text, tone: age === null ? 'warn' : 'plain' }]
}

/** A backup older than this is not a recent one, in seconds. */
const RECENT = 7 * 86_400

/** Hibernation deletes no data, so that a missing backup is said and hinders nothing. */
function backupWarnings({ backup, takenAt }: ClusterStatus): string[] {
  const age = secondsBetween(backup.lastSuccessfulAt, takenAt)
  if (age === null) return ['there is no backup: these volumes will be the only copy of the data']
  return age > RECENT ? [`the last backup is ${span(age)} old: what came after it will be on these volumes only`] : []
}

function othersWarnings(status: ClusterStatus): string[] {
  const { poolers, backup, replication } = status
  const list = (items: readonly { name: string }[]): string => names(items.map(({ name }) => name))
  const schedules = (backup.schedules.items ?? []).filter(({ suspended }) => !suspended)
  return [
    ...((poolers.items?.length ?? 0) > 0 ? [`poolers stay up without a server: ${list(poolers.items ?? [])}`] : []),
    ...(schedules.length > 0 ? [`scheduled backups will fail meanwhile: ${list(schedules)}`] : []),
    ...(replication.foreign.length > 0 ? [`others stream from this cluster: ${list(replication.foreign)}`] : []),
  ]
}
