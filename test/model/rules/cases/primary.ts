import { ago, instanceOf, removePod, silence } from '../../../helpers/status-builder.ts'
import type { RuleCase } from './case.ts'

export const PRIMARY_CASES: RuleCase[] = [
  {
    id: 'no-primary',
    about: 'its pod is gone and a standby is to take over',
    appears: (s) => {
      removePod(s, 'mycluster-1')
      Object.assign(s.summary, {
        transition: 'switching',
        targetPrimary: 'mycluster-2',
        targetSetAt: ago(21),
        phase: 'Failing over',
      })
    },
    vanishes: (s) => (instanceOf(s, 'mycluster-2').isPrimary = true),
    severity: 'critical',
    message: 'no primary for 21s: mycluster-1 has no pod; mycluster-2 is to take over',
    objects: ['mycluster-1'],
  },
  {
    id: 'no-primary',
    about: 'an instance that could not be asked is no missing primary',
    appears: (s) => removePod(s, 'mycluster-1'),
    vanishes: (s) => {
      silence(s, 'mycluster-1')
    },
    severity: 'critical',
    message: 'no primary: mycluster-1 has no pod',
  },
  {
    id: 'no-primary',
    about: 'pods that may not be read prove nothing',
    appears: (s) => removePod(s, 'mycluster-1'),
    vanishes: (s) => s.problems.push({ subject: 'pods', reason: 'forbidden', message: 'no', hint: null, code: 403 }),
    severity: 'critical',
    message: /has no pod/,
  },
  {
    id: 'no-primary',
    about: 'what the Cluster names runs as a standby',
    appears: (s) => (instanceOf(s, 'mycluster-1').isPrimary = false),
    // The designated primary of a replica cluster is a standby of the source.
    vanishes: (s) => (s.summary.isReplicaCluster = true),
    severity: 'critical',
    message: 'no primary: mycluster-1 runs as a standby',
  },
  {
    id: 'no-primary',
    about: 'the operator looks for a successor',
    appears: (s) => {
      Object.assign(s.summary, { transition: 'electing', targetPrimary: 'pending', primaryFailingSince: ago(65) })
      silence(s, 'mycluster-1')
    },
    vanishes: (s) => Object.assign(s.summary, { transition: 'none' }),
    severity: 'critical',
    message: 'no primary for 1m: the operator looks for a new one',
  },
  {
    id: 'no-primary',
    about: 'hibernated on purpose',
    appears: (s) => removePod(s, 'mycluster-1'),
    vanishes: (s) =>
      (s.hibernation = { requested: true, hibernated: true, reason: 'Hibernated', message: null, since: null }),
    severity: 'critical',
    message: /has no pod/,
  },
  {
    id: 'primary-differs',
    about: 'another instance is the primary than the one named',
    appears: (s) => {
      instanceOf(s, 'mycluster-1').isPrimary = false
      instanceOf(s, 'mycluster-2').isPrimary = true
    },
    vanishes: (s) => (s.summary.transition = 'switching'),
    severity: 'critical',
    message: 'mycluster-2 runs as the primary, the Cluster names mycluster-1',
    objects: ['mycluster-2', 'mycluster-1'],
  },
  {
    id: 'primary-differs',
    about: 'a fenced instance can say that it is the primary',
    appears: (s) => {
      instanceOf(s, 'mycluster-1').isPrimary = false
      instanceOf(s, 'mycluster-2').isPrimary = true
    },
    vanishes: (s) => (instanceOf(s, 'mycluster-2').fenced = true),
    severity: 'critical',
    message: /mycluster-2 runs as the primary/,
  },
  {
    id: 'two-primaries',
    about: 'two instances accept writes',
    appears: (s) => (instanceOf(s, 'mycluster-3').isPrimary = true),
    vanishes: (s) => (instanceOf(s, 'mycluster-3').mightBeUnavailable = true),
    severity: 'critical',
    message: 'mycluster-1 and mycluster-3 both say that they are the primary; the Cluster names mycluster-1',
    objects: ['mycluster-3', 'mycluster-1'],
    command: 'kubectl cnpg fencing on mycluster mycluster-3',
  },
  {
    id: 'two-primaries',
    about: 'answers are not simultaneous while the role moves',
    appears: (s) => {
      instanceOf(s, 'mycluster-3').isPrimary = true
      s.summary.targetPrimary = 'mycluster-3'
    },
    vanishes: (s) => (s.summary.transition = 'switching'),
    severity: 'critical',
    message: /both say/,
  },
  {
    id: 'system-id-mismatch',
    about: 'an instance of another database',
    appears: (s) => (instanceOf(s, 'mycluster-3').systemId = '42'),
    vanishes: (s) => (instanceOf(s, 'mycluster-3').systemId = null),
    severity: 'critical',
    message:
      /their system identifiers differ: 7711236389287845907 \(mycluster-1 and mycluster-2\), 42 \(mycluster-3\)$/,
  },
  {
    id: 'system-id-mismatch',
    about: 'the operator saw it; that nobody reported is something else',
    appears: (s) =>
      s.conditions.push({
        type: 'ConsistentSystemID',
        status: 'False',
        reason: 'Mismatch',
        message: null,
        since: null,
      }),
    vanishes: (s) => (s.conditions[0]!.reason = 'NotFound'),
    severity: 'critical',
    message: /system identifiers differ$/,
  },
  {
    id: 'failover-running',
    about: 'from the failing primary to its successor',
    appears: (s) => {
      Object.assign(s.summary, {
        phase: 'Failing over',
        transition: 'switching',
        targetPrimary: 'mycluster-2',
        targetSetAt: ago(20),
      })
    },
    vanishes: (s) => (s.summary.phase = 'Switchover in progress'),
    severity: 'warning',
    message: 'a failover from mycluster-1 to mycluster-2 has been under way for 20s',
  },
  {
    id: 'failover-running',
    about: 'takes too long',
    appears: (s) => {
      Object.assign(s.summary, { transition: 'electing', targetPrimary: 'pending', primaryFailingSince: ago(301) })
    },
    vanishes: (s) => (s.summary.transition = 'none'),
    severity: 'critical',
    message: 'a failover from mycluster-1 to a standby yet to be chosen has been under way for 5m',
  },
  {
    id: 'failover-running',
    about: 'an old operator names the new primary before it is done',
    appears: (s) => {
      Object.assign(s.summary, {
        phase: 'Failing over',
        phaseReason: 'Failing over from mycluster-9 to mycluster-1',
        targetSetAt: ago(3),
      })
    },
    vanishes: (s) => (s.summary.phase = 'Cluster in healthy state'),
    severity: 'warning',
    message: 'a failover has been under way for 3s: Failing over from mycluster-9 to mycluster-1',
  },
  {
    id: 'switchover-running',
    about: 'on its way',
    appears: (s) =>
      Object.assign(s.summary, { transition: 'switching', targetPrimary: 'mycluster-2', targetSetAt: ago(12) }),
    vanishes: (s) => (s.summary.transition = 'none'),
    severity: 'info',
    message: 'a switchover from mycluster-1 to mycluster-2 has been under way for 12s',
  },
  {
    id: 'switchover-running',
    about: 'hangs',
    appears: (s) =>
      Object.assign(s.summary, { transition: 'switching', targetPrimary: 'mycluster-2', targetSetAt: ago(700) }),
    vanishes: (s) => (s.summary.primaryFailingSince = ago(800)),
    severity: 'critical',
    message: /for 11m$/,
  },
  {
    id: 'fenced',
    about: 'a standby',
    appears: (s) => {
      s.summary.fencing.instances = ['mycluster-2']
      Object.assign(instanceOf(s, 'mycluster-2'), {
        fenced: true,
        mightBeUnavailable: true,
        isPrimary: null,
        walReceiverActive: null,
      })
      s.replication.standbys = s.replication.standbys.filter((row) => row.name !== 'mycluster-2')
    },
    vanishes: (s) => (s.summary.fencing.instances = []),
    severity: 'info',
    message: 'mycluster-2 is fenced; `kubectl cnpg fencing off mycluster mycluster-2` ends it',
    command: 'kubectl cnpg fencing off mycluster mycluster-2',
  },
  {
    id: 'fenced',
    about: 'the primary; another namespace is named in the command',
    appears: (s) => {
      s.summary.namespace = 'shop'
      Object.assign(s.summary.fencing, { instances: ['mycluster-1'], primaryFenced: true })
      Object.assign(instanceOf(s, 'mycluster-1'), { fenced: true, mightBeUnavailable: true, isPrimary: null })
    },
    vanishes: (s) => (s.summary.fencing.instances = []),
    severity: 'critical',
    message:
      'mycluster-1 is fenced (primary): nothing can be written; `kubectl cnpg fencing off mycluster mycluster-1 -n shop` ends it',
  },
  {
    id: 'fenced',
    about: 'all of them',
    appears: (s) =>
      (s.summary.fencing = {
        all: true,
        instances: ['mycluster-1', 'mycluster-2', 'mycluster-3'],
        primaryFenced: true,
        error: null,
      }),
    vanishes: (s) => (s.summary.fencing = { all: false, instances: [], primaryFenced: false, error: null }),
    severity: 'critical',
    message: /^all instances are fenced: the database is down/,
  },
  {
    id: 'stale-fence',
    about: 'no instance of that name',
    appears: (s) => (s.summary.fencing.instances = ['mycluster-9']),
    vanishes: (s) => (s.summary.fencing.instances = ['mycluster-3']),
    severity: 'warning',
    message: 'mycluster-9 is fenced without a pod; `kubectl cnpg fencing off mycluster mycluster-9` clears it',
  },
  {
    id: 'stale-fence',
    about: 'pods that may not be read prove nothing',
    appears: (s) => (s.summary.fencing.instances = ['mycluster-9']),
    vanishes: (s) => s.problems.push({ subject: 'pods', reason: 'forbidden', message: 'no', hint: null, code: 403 }),
    severity: 'warning',
    message: /without a pod/,
  },
  {
    id: 'fence-unreadable',
    about: 'the annotation is no list',
    appears: (s) => (s.summary.fencing.error = 'annotation cnpg.io/fencedInstances is no JSON list of names'),
    vanishes: (s) => (s.summary.fencing.error = null),
    severity: 'warning',
    message: 'fencing is not known: annotation cnpg.io/fencedInstances is no JSON list of names',
  },
]
