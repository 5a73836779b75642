import { Phases } from '../../api/constants.ts'
import type { ClusterStatus } from '../cluster-status.ts'
import { goesToSleep } from './facts.ts'
import type { Hit, Rule } from './types.ts'
import { names } from './words.ts'

/** What the pods run against what the Cluster wants. */
export const IMAGE_RULES: readonly Rule[] = [
  {
    id: 'image-differs',
    title: 'instance with another image',
    scope: 'instance',
    severities: ['warning', 'info'],
    cause: 'A rollout is under way or cannot go on, or the pod was made with another image than the Cluster names.',
    consequence: 'The instances run different versions of PostgreSQL.',
    next: ['kubectl cnpg status CLUSTER -o wide'],
    test: differing,
  },
]

function differing(status: ClusterStatus): Hit[] {
  const { image, imagesRunning, phase } = status.summary
  // Then the rollout that waits names them.
  if (image === null || phase === Phases.waitingForUser || goesToSleep(status)) return []
  const severity = phase === Phases.healthy ? 'warning' : 'info'
  return imagesRunning
    .filter((entry) => entry.image !== image)
    .map((entry) => {
      const verb = entry.instances.length === 1 ? 'runs' : 'run'
      return {
        severity,
        message: `${names(entry.instances)} ${verb} ${entry.image}, wanted is ${image}`,
        objects: entry.instances,
      }
    })
}
