import type { ClusterSnapshot } from '../api/snapshot.ts'
import { primaryAnswers } from '../model/hibernation-report.ts'
import { podsKnown } from '../model/rules/facts.ts'
import { names } from '../model/rules/words.ts'
import { buildStatus } from '../model/status.ts'
import type { Goal, Phase } from './wait.ts'

/** Judges whether a cluster has gone to sleep: no pod is left, the operator says so, and every volume is still there. */
export function goalOfHibernation(before: ClusterSnapshot): Goal<ClusterSnapshot> {
  const [had, kept] = [podNames(before), volumeNames(before)]
  return (snapshot) => {
    const status = buildStatus(snapshot)
    const { hibernation } = status
    if (hibernation?.requested !== true) {
      return { phases: [], verdict: 'failed', reason: 'somebody took the request back' }
    }
    const left = podNames(snapshot)
    const phases: Phase[] = []
    if (hibernation.reason === 'WaitingForHealthy') {
      phases.push({ id: 'waiting', text: 'the operator waits for the cluster to be healthy' })
    }
    if (podsKnown(status)) {
      phases.push(...had.filter((name) => !left.includes(name)).map((name) => ({ id: name, text: `${name} is gone` })))
    }
    const volumes = volumeNames(snapshot)
    const lost = volumes === null ? [] : (kept ?? []).filter((name) => !volumes.includes(name))
    if (lost.length > 0) return { phases, verdict: 'failed', reason: `volumes went too: ${names(lost)}` }
    const { pods } = snapshot.objects
    if (!pods.ok) {
      const reason = `whether the pods are gone is not known: ${pods.message}`
      return { phases, verdict: pods.reason === 'forbidden' ? 'failed' : 'running', reason }
    }
    if (hibernation.hibernated && left.length === 0) {
      const stay = volumes === null ? 'the volumes could not be read' : `volumes that stay: ${volumes.join(', ')}`
      return { phases, verdict: 'proved', reason: stay }
    }
    const said = hibernation.message ?? 'the operator has not reacted yet'
    return { phases, verdict: 'running', reason: said }
  }
}

/** Judges whether a cluster is awake: its primary answers. The standbys may come later. */
export function goalOfWaking(): Goal<ClusterSnapshot> {
  return (snapshot) => {
    const status = buildStatus(snapshot)
    const { hibernation, summary } = status
    if (hibernation?.requested === true) {
      return { phases: [], verdict: 'failed', reason: 'somebody asked for hibernation again' }
    }
    const phases = podNames(snapshot).map((name): Phase => ({ id: name, text: `pod ${name} is there` }))
    // While the operator still has its condition it may be deleting the pod that answers.
    if (hibernation === null && primaryAnswers(status)) {
      const primary = summary.primary ?? 'the primary'
      const missing = status.instances.filter((each) => each.pod?.ready !== true && !each.isNamedPrimary)
      const later = missing.length === 0 ? '' : `; still starting: ${names(missing.map(({ name }) => name))}`
      const state = summary.fencing.primaryFenced ? 'runs, fenced' : 'answers'
      return { phases, verdict: 'proved', reason: `${primary} ${state}${later}` }
    }
    const phase = [summary.phase, summary.phaseReason].filter((text) => text !== null).join(': ')
    return { phases, verdict: 'running', reason: `the primary does not answer yet (${phase || 'no phase'})` }
  }
}

function podNames(snapshot: ClusterSnapshot): string[] {
  const { instances } = buildStatus(snapshot)
  return instances.filter(({ presence }) => presence !== 'absent').map(({ name }) => name)
}

function volumeNames({ objects }: ClusterSnapshot): string[] | null {
  const claims = objects.persistentVolumeClaims
  return claims?.ok ? claims.value.map(({ metadata }) => metadata.name) : null
}
