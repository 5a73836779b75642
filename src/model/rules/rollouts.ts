import { Phases } from '../../api/constants.ts'
import type { ClusterStatus, InstanceState } from '../cluster-status.ts'
import { allReady, bestStandby, namedPrimary } from './facts.ts'
import type { Hit, Rule } from './types.ts'
import { because, command, names } from './words.ts'

/** Phases of the operator at work (spec/wire-formats.md B.4); those of a switchover and of waiting have rules of their own. */
const AT_WORK: readonly string[] = [
  Phases.upgrading,
  'Primary instance is being restarted in-place',
  'Primary instance is being restarted without a switchover',
  'Online upgrade in progress',
  'Applying configuration',
  'Promoting to primary cluster',
  'Cluster upgrade delayed',
  'Upgrading Postgres major version',
]
const WAITING_FOR_INSTANCES = 'Waiting for the instances to become active'

/** Phases in which the operator does nothing more for the cluster. */
const UNRECOVERABLE: readonly string[] = [
  'Cluster is in an unrecoverable state, needs manual intervention',
  'Cluster is unrecoverable and needs manual intervention',
]
const BLOCKED: readonly string[] = [
  'Cluster cannot execute instance online upgrade due to missing architecture binary',
  'Cluster has incomplete or invalid image catalog',
  'Unable to create required cluster objects',
  'Invalid cluster definition',
]
/** Phases that other rules speak of. */
const ELSEWHERE: readonly string[] = [
  ...Object.values(Phases),
  WAITING_FOR_INSTANCES,
  'Unknown plugin',
  'Cluster cannot proceed to reconciliation due to an unknown plugin being required',
  'Cluster cannot proceed to reconciliation due to an error while interacting with plugins',
]

/** Rollouts and restarts, and what holds them up. */
export const ROLLOUT_RULES: readonly Rule[] = [
  {
    id: 'rollout-waiting',
    title: 'rollout waits for the user',
    scope: 'cluster',
    severities: ['warning'],
    cause: 'primaryUpdateStrategy is "supervised": the standbys are done, the primary is left to you.',
    consequence: 'The primary goes on with the old image or the old settings.',
    next: ['kubectl cnpg promote CLUSTER INSTANCE', 'kubectl cnpg restart CLUSTER INSTANCE'],
    test: waiting,
  },
  {
    id: 'restart-stuck',
    title: 'restart does not come',
    scope: 'cluster',
    severities: ['warning'],
    cause:
      'All instances are ready, the primary needs a restart for a changed parameter, and the operator does not restart it: known after a decreased parameter, ' +
      'or after the strategy was changed from supervised to unsupervised.',
    consequence: 'The new setting does not take effect; hibernation and other work of the operator wait too.',
    next: ['kubectl cnpg restart CLUSTER INSTANCE'],
    test: stuck,
  },
  {
    id: 'rollout-running',
    title: 'rollout or restart under way',
    scope: 'cluster',
    severities: ['info'],
    blocks: { promote: 'force', restart: 'force', destroy: 'force' },
    cause:
      'An image, a parameter, the operator or a restart request changed, and the operator replaces or restarts the instances one by one.',
    consequence: 'Instances are away for moments; the primary may move.',
    next: ['kubectl cnpg status CLUSTER --watch'],
    test: atWork,
  },
  {
    id: 'reconciliation-blocked',
    title: 'operator cannot go on',
    scope: 'cluster',
    severities: ['critical', 'warning', 'info'],
    cause: 'The phase of the Cluster says that the operator needs help, or is one that this program does not know.',
    consequence: 'Changes to the Cluster have no effect, and the operator may not react to failures.',
    next: ['kubectl cnpg report operator', 'kubectl cnpg report cluster CLUSTER --logs'],
    test: blocked,
  },
]

/**
 * Who sees to a restart that is due: a finding of this table tells what to do first, the operator is restarting instance by
 * instance, or nobody yet.
 */
export function restartIsWith(status: ClusterStatus): 'user' | 'operator' | null {
  if (waiting(status).length > 0 || stuck(status).length > 0) return 'user'
  const { phase } = status.summary
  if (phase === null) return null
  return AT_WORK.includes(phase) || (phase === WAITING_FOR_INSTANCES && !allReady(status)) ? 'operator' : null
}

function waiting(status: ClusterStatus): Hit[] {
  const { phase, primaryUpdateStrategy, imagesRunning, image, primary } = status.summary
  if (phase !== Phases.waitingForUser || primaryUpdateStrategy !== 'supervised') return []
  const running = imagesRunning.find((entry) => primary !== null && entry.instances.includes(primary))?.image
  const oldImage = running !== undefined && image !== null && running !== image
  const restart = !oldImage && needsRestart(namedPrimary(status))
  const target = restart ? (primary ?? undefined) : bestStandby(status)
  const next = command(status, `kubectl cnpg ${restart ? 'restart' : 'promote'} CLUSTER INSTANCE`, target)
  const why = oldImage
    ? `${primary} still runs ${running}, wanted is ${image}`
    : restart
      ? `${primary} waits for a restart`
      : `${primary} is to be replaced`
  const message = `the rollout waits for you: ${why}${next ? `; \`${next}\` continues it` : ''}`
  return [{ severity: 'warning', message, objects: primary === null ? [] : [primary], command: next }]
}

function needsRestart(instance: InstanceState | undefined): boolean {
  return instance?.pendingRestart === true || instance?.pendingRestartForDecrease === true
}

/** The operator waits for something that is there already (recorded states restart-stuck and hibernation-blocked). */
function stuck(status: ClusterStatus): Hit[] {
  const { phase, primaryUpdateStrategy, primary } = status.summary
  if (!allReady(status) || primary === null || !needsRestart(namedPrimary(status))) return []
  const contradiction = phase === Phases.waitingForUser && primaryUpdateStrategy === 'unsupervised'
  if (!contradiction && phase !== WAITING_FOR_INSTANCES) return []
  const next = command(status, 'kubectl cnpg restart CLUSTER INSTANCE', primary)
  const says = contradiction
    ? 'waits for the user although the update strategy is unsupervised'
    : 'waits for instances that are all ready'
  const message = `the operator ${says}, and does not restart ${primary}; \`${next}\` does`
  return [{ severity: 'warning', message, objects: [primary], command: next }]
}

function atWork(status: ClusterStatus): Hit[] {
  const { phase, phaseReason, imagesRunning } = status.summary
  if (phase === null || !AT_WORK.includes(phase)) return []
  const mixed =
    imagesRunning.length > 1
      ? `; ${imagesRunning.map(({ image, instances }) => `${names(instances)} on ${image}`).join(', ')}`
      : ''
  return [
    { severity: 'info', message: `the operator is at work: ${phase}${because(phaseReason)}${mixed}`, objects: [] },
  ]
}

function blocked(status: ClusterStatus): Hit[] {
  const { phase, phaseReason } = status.summary
  if (phase === null || AT_WORK.includes(phase) || ELSEWHERE.includes(phase)) return []
  const severity = UNRECOVERABLE.includes(phase) ? 'critical' : BLOCKED.includes(phase) ? 'warning' : 'info'
  const message = `the operator says: ${phase}${because(phaseReason)}`
  return [{ severity, message, objects: [] }]
}
