import type { ClusterStatus } from '../cluster-status.ts'
import { prettyLag } from '../size.ts'
import { goesToSleep, podsKnown } from './facts.ts'
import type { Hit, Rule } from './types.ts'
import { because, command, names } from './words.ts'

/** Instances whose PostgreSQL was stopped on purpose. */
export const FENCING_RULES: readonly Rule[] = [
  {
    id: 'fenced',
    title: 'instance fenced',
    scope: 'instance',
    severities: ['critical', 'info'],
    blocks: { promote: 'refuse', restart: 'force' },
    cause:
      'Somebody fenced it: the annotation cnpg.io/fencedInstances names it. Kubernetes and the operator go on calling it ready.',
    consequence:
      'PostgreSQL does not run there. With the primary fenced nothing can be written, and no failover happens.',
    next: ['kubectl cnpg fencing off CLUSTER INSTANCE'],
    test: fenced,
  },
  {
    id: 'stale-fence',
    title: 'fence without an instance',
    scope: 'cluster',
    severities: ['warning'],
    cause: 'The annotation cnpg.io/fencedInstances names an instance that has no pod.',
    consequence: 'An instance of that name that comes up later is fenced at once.',
    next: ['kubectl cnpg fencing off CLUSTER INSTANCE'],
    test: stale,
  },
  {
    id: 'fence-unreadable',
    title: 'fencing annotation not readable',
    scope: 'cluster',
    severities: ['warning'],
    blocks: { promote: 'force' },
    cause: 'The annotation cnpg.io/fencedInstances is no JSON list of names.',
    consequence: 'The operator cannot tell what is fenced; its work on the cluster stops with an error.',
    next: ['kubectl annotate clusters.postgresql.cnpg.io CLUSTER cnpg.io/fencedInstances-'],
    test: unreadable,
  },
]

function fenced(status: ClusterStatus): Hit[] {
  const { fencing, primary } = status.summary
  if (fencing.all) {
    const off = command(status, "kubectl cnpg fencing off CLUSTER '*'")!
    const message = `all instances are fenced: the database is down; \`${off}\` ends it`
    return [{ severity: 'critical', message, objects: fencing.instances, command: off }]
  }
  return fencing.instances
    .filter((name) => hasPod(status, name))
    .map((name) => {
      const off = command(status, 'kubectl cnpg fencing off CLUSTER INSTANCE', name)!
      const isPrimary = name === primary
      const effect = isPrimary ? ' (primary): nothing can be written' : ''
      const message = `${name} is fenced${effect}${stillUp(status, name)}${heldWal(status, name)}; \`${off}\` ends it`
      return { severity: isPrimary ? 'critical' : 'info', message, objects: [name], command: off }
    })
}

/** Old managers, and one whose volume is full, cannot obey. */
function stillUp(status: ClusterStatus, name: string): string {
  const instance = status.instances.find((candidate) => candidate.name === name)
  return instance?.presence === 'answered' && instance.mightBeUnavailable !== true
    ? ', but PostgreSQL still runs there'
    : ''
}

function heldWal(status: ClusterStatus, name: string): string {
  const slot = status.slots?.find((candidate) => candidate.instance === name && !candidate.active)
  return slot?.heldBytes ? ` (its slot holds ${prettyLag(slot.heldBytes)} of WAL)` : ''
}

function hasPod(status: ClusterStatus, name: string): boolean {
  if (!podsKnown(status) || goesToSleep(status)) return true
  return status.instances.some((instance) => instance.name === name && instance.presence !== 'absent')
}

function stale(status: ClusterStatus): Hit[] {
  const { fencing } = status.summary
  const ghosts = fencing.all ? [] : fencing.instances.filter((name) => !hasPod(status, name))
  if (ghosts.length === 0) return []
  const off = command(status, 'kubectl cnpg fencing off CLUSTER INSTANCE', ghosts[0])!
  const message = `${names(ghosts)} ${ghosts.length === 1 ? 'is' : 'are'} fenced without a pod; \`${off}\` clears ${ghosts.length === 1 ? 'it' : 'the first'}`
  return [{ severity: 'warning', message, objects: ghosts, command: off }]
}

function unreadable(status: ClusterStatus): Hit[] {
  const { error } = status.summary.fencing
  return error === null ? [] : [{ severity: 'warning', message: `fencing is not known${because(error)}`, objects: [] }]
}
