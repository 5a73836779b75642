import type { ClusterStatus, PoolerStatus } from '../cluster-status.ts'
import { goesToSleep } from './facts.ts'
import type { Hit, Rule } from './types.ts'
import { because, command, counted } from './words.ts'

/** Poolers in front of the cluster. */
export const POOLER_RULES: readonly Rule[] = [
  {
    id: 'pooler-not-ready',
    title: 'pooler without ready pods',
    scope: 'cluster',
    severities: ['warning', 'info'],
    cause:
      'The pods of PgBouncer do not come up: image, scheduling, a secret. The Pooler itself goes on calling itself active.',
    consequence: 'Applications that connect through it find nobody.',
    next: ['kubectl get pods -l cnpg.io/poolerName', 'kubectl get poolers.postgresql.cnpg.io'],
    test: notReady,
  },
  {
    id: 'pooler-paused',
    title: 'pooler paused',
    scope: 'cluster',
    severities: ['info'],
    cause: 'Somebody set spec.pgbouncer.paused.',
    consequence: 'Connections through it wait until it goes on.',
    next: ['kubectl get poolers.postgresql.cnpg.io'],
    test: paused,
  },
]

function notReady(status: ClusterStatus): Hit[] {
  return (status.poolers.items ?? []).flatMap((pooler) => {
    const hit = stateOf(pooler, goesToSleep(status))
    const next = command(status, `kubectl get pods -l cnpg.io/poolerName=${pooler.name}`)
    return hit ? [{ ...hit, objects: [pooler.name], command: next }] : []
  })
}

function stateOf(pooler: PoolerStatus, asleep: boolean): Pick<Hit, 'severity' | 'message'> | null {
  const { name, ready, trouble, error, phase, phaseReason } = pooler
  const wanted = pooler.instancesWanted ?? 1
  const who = `pooler ${name}${pooler.type ? ` (${pooler.type})` : ''}`
  if (error !== null || phase === 'failed') {
    return { severity: 'warning', message: `${who} has failed${because(error ?? phaseReason)}` }
  }
  if (ready === null || ready >= wanted || asleep) return null
  if (ready === 0) return { severity: 'warning', message: `${who} has no ready pod of ${wanted}${because(trouble)}` }
  return { severity: 'info', message: `${who} has ${counted(ready, 'ready pod')} of ${wanted}${because(trouble)}` }
}

function paused(status: ClusterStatus): Hit[] {
  return (status.poolers.items ?? [])
    .filter((pooler) => pooler.paused)
    .map(({ name }) => ({ severity: 'info', message: `pooler ${name} is paused: its clients wait`, objects: [name] }))
}
