import type { AppliedObject } from '../../../../src/model/cluster-status.ts'
import { ago, instanceOf } from '../../../helpers/status-builder.ts'
import type { RuleCase } from './case.ts'

const GB = 1024 ** 3
const HIBERNATED = { requested: true, hibernated: true, reason: 'Hibernated', message: null, since: ago(5) }

function object(values: Partial<AppliedObject>): AppliedObject {
  return { name: 'orders', target: 'orders', owner: 'app', applied: true, stale: false, message: null, ...values }
}

function pooler() {
  return {
    name: 'pooler-rw',
    type: 'rw',
    instancesWanted: 2,
    instances: 2,
    ready: 2 as number | null,
    trouble: null as string | null,
    phase: 'active',
    phaseReason: null,
    poolMode: 'session',
    paused: false,
    error: null as string | null,
  }
}

function volume(values: object) {
  return {
    name: 'mycluster-3',
    instance: 'mycluster-3',
    role: 'PG_DATA',
    phase: 'Bound',
    requested: '10Gi',
    capacity: '10Gi',
    storageClass: 'fast',
    operatorState: 'healthy',
    ...values,
  }
}

export const OPERATION_CASES: RuleCase[] = [
  {
    id: 'hibernated',
    about: 'on purpose',
    appears: (s) => (s.hibernation = { ...HIBERNATED }),
    vanishes: (s) => (s.hibernation!.hibernated = false),
    severity: 'info',
    message: 'hibernated for 5s; `kubectl cnpg hibernate off mycluster` wakes it',
  },
  {
    id: 'hibernation-running',
    about: 'the pods go',
    appears: (s) =>
      (s.hibernation = {
        requested: true,
        hibernated: false,
        reason: 'WaitingPodsDeletion',
        message: 'Waiting for mycluster-1 to be deleted',
        since: ago(9),
      }),
    vanishes: (s) => (s.hibernation!.reason = 'WaitingForHealthy'),
    severity: 'info',
    message: 'hibernation under way for 9s: Waiting for mycluster-1 to be deleted',
  },
  {
    id: 'hibernation-blocked',
    about: 'waits for a healthy cluster',
    appears: (s) =>
      (s.hibernation = {
        requested: true,
        hibernated: false,
        reason: 'WaitingForHealthy',
        message: 'Waiting for the cluster',
        since: ago(130),
      }),
    vanishes: (s) => (s.hibernation!.reason = 'DeletingPods'),
    severity: 'warning',
    message: 'hibernation was asked for and has not begun for 2m: Waiting for the cluster',
  },
  {
    id: 'maintenance',
    about: 'the window is open',
    appears: (s) => (s.summary.maintenance = { inProgress: true, reusePVC: true }),
    vanishes: (s) => (s.summary.maintenance!.inProgress = false),
    severity: 'info',
    message:
      'node maintenance is in progress (volumes are reused; no disruption budgets); `kubectl cnpg maintenance unset mycluster` ends it',
  },
  {
    id: 'initializing',
    about: 'a restore',
    appears: (s) => {
      Object.assign(s.summary, {
        transition: 'initializing',
        primary: null,
        targetSetAt: ago(18),
        bootstrap: { method: 'recovery', origin: 'backup nightly-2' },
      })
      s.instances = []
    },
    vanishes: (s) => (s.summary.transition = 'none'),
    severity: 'info',
    message: 'the first instance is being restored from backup nightly-2 for 18s',
  },
  {
    id: 'rollout-waiting',
    about: 'a new image: promote the best standby',
    appears: (s) => {
      Object.assign(s.summary, { phase: 'Waiting for user action', primaryUpdateStrategy: 'supervised', image: 'new' })
      s.summary.imagesRunning = [
        { image: 'old', instances: ['mycluster-1'] },
        { image: 'new', instances: ['mycluster-2', 'mycluster-3'] },
      ]
      s.replication.standbys[0]!.replayLagBytes = 10
    },
    vanishes: (s) => (s.summary.phase = 'Upgrading cluster'),
    severity: 'warning',
    message:
      'the rollout waits for you: mycluster-1 still runs old, wanted is new; `kubectl cnpg promote mycluster mycluster-3` continues it',
    command: 'kubectl cnpg promote mycluster mycluster-3',
  },
  {
    id: 'rollout-waiting',
    about: 'a changed parameter: restart the primary',
    appears: (s) => {
      Object.assign(s.summary, { phase: 'Waiting for user action', primaryUpdateStrategy: 'supervised' })
      instanceOf(s, 'mycluster-1').pendingRestart = true
    },
    vanishes: (s) => (s.summary.primaryUpdateStrategy = 'unsupervised'),
    severity: 'warning',
    message:
      'the rollout waits for you: mycluster-1 waits for a restart; `kubectl cnpg restart mycluster mycluster-1` continues it',
  },
  {
    id: 'restart-stuck',
    about: 'the phase contradicts the spec',
    appears: (s) => {
      s.summary.phase = 'Waiting for user action'
      instanceOf(s, 'mycluster-1').pendingRestartForDecrease = true
    },
    vanishes: (s) => (s.summary.primaryUpdateStrategy = 'supervised'),
    severity: 'warning',
    message: /although the update strategy is unsupervised, and does not restart mycluster-1/,
    command: 'kubectl cnpg restart mycluster mycluster-1',
  },
  {
    id: 'restart-stuck',
    about: 'waits for what is there',
    appears: (s) => {
      s.summary.phase = 'Waiting for the instances to become active'
      instanceOf(s, 'mycluster-1').pendingRestart = true
    },
    vanishes: (s) => (s.summary.instancesReady = 2),
    severity: 'warning',
    message: /waits for instances that are all ready/,
  },
  {
    id: 'rollout-running',
    about: 'one by one',
    appears: (s) => {
      Object.assign(s.summary, {
        phase: 'Upgrading cluster',
        phaseReason: 'Restarting instance mycluster-2',
        image: 'new',
      })
      s.summary.imagesRunning = [
        { image: 'old', instances: ['mycluster-1', 'mycluster-2'] },
        { image: 'new', instances: ['mycluster-3'] },
      ]
    },
    vanishes: (s) => (s.summary.phase = 'Creating a new replica'),
    severity: 'info',
    message:
      'the operator is at work: Upgrading cluster: Restarting instance mycluster-2; mycluster-1 and mycluster-2 on old, mycluster-3 on new',
  },
  {
    id: 'reconciliation-blocked',
    about: 'unrecoverable',
    appears: (s) => (s.summary.phase = 'Cluster is unrecoverable and needs manual intervention'),
    vanishes: (s) => (s.summary.phase = 'Cluster in healthy state'),
    severity: 'critical',
    message: 'the operator says: Cluster is unrecoverable and needs manual intervention',
  },
  {
    id: 'reconciliation-blocked',
    about: 'needs help',
    appears: (s) =>
      Object.assign(s.summary, { phase: 'Unable to create required cluster objects', phaseReason: 'quota' }),
    vanishes: (s) => (s.summary.phase = 'Setting up primary'),
    severity: 'warning',
    message: 'the operator says: Unable to create required cluster objects: quota',
  },
  {
    id: 'reconciliation-blocked',
    about: 'a phase of the future',
    appears: (s) => (s.summary.phase = 'Polishing'),
    vanishes: (s) => (s.summary.phase = null),
    severity: 'info',
    message: 'the operator says: Polishing',
  },
  {
    id: 'pending-restart',
    about: 'all for the same parameter, one finding',
    appears: (s) => {
      for (const instance of s.instances) instance.pendingRestartForDecrease = true
      instanceOf(s, 'mycluster-1').pendingSettings = [{ name: 'max_connections', current: '50', pending: '40' }]
    },
    vanishes: (s) => {
      for (const instance of s.instances) instance.pendingRestartForDecrease = false
    },
    severity: 'warning',
    message: 'mycluster-1, mycluster-2 and mycluster-3 wait for a restart: max_connections 50 -> 40',
    command: 'kubectl cnpg restart mycluster',
  },
  {
    id: 'pending-restart',
    about: 'one of them, the parameter unknown',
    appears: (s) => (instanceOf(s, 'mycluster-2').pendingRestart = true),
    vanishes: (s) => (instanceOf(s, 'mycluster-2').pendingRestart = null),
    severity: 'warning',
    message: 'mycluster-2 waits for a restart',
    command: 'kubectl cnpg restart mycluster mycluster-2',
  },
  {
    id: 'configuration-error',
    about: 'a word where a number belongs',
    appears: (s) => {
      for (const instance of s.instances) {
        instance.configurationErrors = [
          { file: '/data/pgdata/custom.conf', line: 12, name: 'work_mem', error: 'invalid value' },
        ]
      }
    },
    vanishes: (s) => {
      for (const instance of s.instances) instance.configurationErrors = []
    },
    severity: 'warning',
    message:
      'error in the configuration of mycluster-1, mycluster-2 and mycluster-3: work_mem: invalid value (custom.conf line 12)',
  },
  {
    id: 'volume-full',
    about: 'almost',
    appears: (s) => (instanceOf(s, 'mycluster-1').mounts = [{ mount: '/wal', totalBytes: 20 * GB, freeBytes: GB / 2 }]),
    vanishes: (s) => (instanceOf(s, 'mycluster-1').mounts![0]!.freeBytes = 3 * GB),
    severity: 'critical',
    message: 'mycluster-1: /wal is 97 % full, 512 MB of 20 GB free',
  },
  {
    id: 'volume-state',
    about: 'nobody gives storage',
    appears: (s) => (s.volumes = { items: [volume({ phase: 'Pending', operatorState: null })], problem: null }),
    vanishes: (s) => (s.volumes!.items![0]!.phase = 'Bound'),
    severity: 'warning',
    message: 'volume mycluster-3 is pending: no storage has been given to it (class fast)',
  },
  {
    id: 'volume-state',
    about: 'lost',
    appears: (s) => (s.volumes = { items: [volume({ phase: 'Lost' })], problem: null }),
    vanishes: (s) => (s.volumes!.items![0]!.phase = 'Bound'),
    severity: 'critical',
    message: 'volume mycluster-3 is lost',
  },
  {
    id: 'volume-state',
    about: 'left behind; asleep all are',
    appears: (s) => (s.volumes = { items: [volume({ operatorState: 'dangling' })], problem: null }),
    vanishes: (s) => (s.hibernation = { ...HIBERNATED }),
    severity: 'info',
    message: 'volume mycluster-3 belongs to no instance',
  },
  {
    id: 'pdb-blocking',
    about: 'asks for all pods there are',
    appears: (s) => (s.disruptionBudgets.items![0]!.disruptionsAllowed = 0),
    // That of the primary never allows any; the operator moves the primary instead.
    vanishes: (s) => (s.disruptionBudgets.items![0]!.role = 'primary'),
    severity: 'warning',
    message: 'budget mycluster allows no eviction with 2 of 2 pods healthy: nodes cannot be drained',
  },
  {
    id: 'pdb-blocking',
    about: 'with an instance missing it does what it is for',
    appears: (s) => (s.disruptionBudgets.items![0]!.disruptionsAllowed = 0),
    vanishes: (s) => (s.summary.instancesReady = 2),
    severity: 'warning',
    message: /nodes cannot be drained/,
  },
  {
    id: 'plugin-error',
    about: 'the operator is held up',
    appears: (s) => {
      s.summary.phase = 'Cluster cannot proceed to reconciliation due to an unknown plugin being required'
      s.summary.phaseReason = 'Unknown plugin: barman-cloud.cloudnative-pg.io'
    },
    vanishes: (s) => (s.summary.phase = 'Cluster in healthy state'),
    severity: 'critical',
    message: /^the operator is held up by a plugin: .*: Unknown plugin: barman-cloud/,
  },
  {
    id: 'role-not-applied',
    about: 'with the reason',
    appears: (s) => s.managedRoles.cannotReconcile.push({ role: 'bob', errors: ['secrets "x" not found'] }),
    vanishes: (s) => s.managedRoles.cannotReconcile.pop(),
    severity: 'warning',
    message: 'role bob is not applied: secrets "x" not found',
  },
  {
    id: 'role-not-applied',
    about: 'not yet',
    appears: (s) => s.managedRoles.byStatus.push({ status: 'pending-reconciliation', roles: ['carol'] }),
    vanishes: (s) => (s.managedRoles.byStatus[1]!.status = 'reconciled'),
    severity: 'info',
    message: 'not applied yet: role carol',
  },
  {
    id: 'database-not-applied',
    about: 'refused',
    appears: (s) =>
      s.databases.items!.push(object({ target: 'Orders', applied: false, message: 'encoding "x" is unknown' })),
    vanishes: (s) => (s.databases.items![0]!.applied = true),
    severity: 'warning',
    message: 'database Orders (object orders) is not applied: encoding "x" is unknown',
  },
  {
    id: 'database-not-applied',
    about: 'changed since',
    appears: (s) => s.databases.items!.push(object({ stale: true })),
    vanishes: (s) => (s.databases.items![0]!.stale = false),
    severity: 'info',
    message: 'database orders has a change that is not applied yet',
  },
  {
    id: 'tablespace-not-applied',
    about: 'pending with an error',
    appears: (s) =>
      s.tablespaces.push({ name: 'history', owner: 'app', state: 'pending', temporary: false, error: 'no volume' }),
    vanishes: (s) => Object.assign(s.tablespaces[0]!, { state: 'reconciled', error: null }),
    severity: 'warning',
    message: 'tablespace history is not applied (pending): no volume',
  },
  {
    id: 'publication-not-applied',
    about: 'refused',
    appears: (s) => s.publications!.items!.push(object({ applied: false, message: 'no table' })),
    vanishes: (s) => (s.publications = null),
    severity: 'warning',
    message: 'publication orders is not applied: no table',
  },
  {
    id: 'subscription-not-applied',
    about: 'never tried',
    appears: (s) => s.subscriptions!.items!.push(object({ applied: null })),
    vanishes: (s) => (s.subscriptions!.items![0]!.applied = true),
    severity: 'info',
    message: 'subscription orders has not been applied yet',
  },
  {
    id: 'pooler-not-ready',
    about: 'calls itself active without a pod',
    appears: (s) => s.poolers.items!.push({ ...pooler(), ready: 0, trouble: 'ImagePullBackOff' }),
    vanishes: (s) => (s.poolers.items![0]!.ready = null),
    severity: 'warning',
    message: 'pooler pooler-rw (rw) has no ready pod of 2: ImagePullBackOff',
    command: 'kubectl get pods -l cnpg.io/poolerName=pooler-rw',
  },
  {
    id: 'pooler-not-ready',
    about: 'one of two',
    appears: (s) => s.poolers.items!.push({ ...pooler(), ready: 1 }),
    vanishes: (s) => (s.poolers.items![0]!.ready = 2),
    severity: 'info',
    message: 'pooler pooler-rw (rw) has 1 ready pod of 2',
  },
  {
    id: 'pooler-not-ready',
    about: 'failed',
    appears: (s) => s.poolers.items!.push({ ...pooler(), error: 'secret missing' }),
    vanishes: (s) => (s.poolers.items![0]!.error = null),
    severity: 'warning',
    message: 'pooler pooler-rw (rw) has failed: secret missing',
  },
  {
    id: 'pooler-paused',
    about: 'on purpose',
    appears: (s) => s.poolers.items!.push({ ...pooler(), paused: true }),
    vanishes: (s) => (s.poolers.items![0]!.paused = false),
    severity: 'info',
    message: 'pooler pooler-rw is paused: its clients wait',
  },
]
