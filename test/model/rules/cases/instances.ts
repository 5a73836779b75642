import { ago, instanceOf, podOf, removePod, silence } from '../../../helpers/status-builder.ts'
import type { RuleCase } from './case.ts'

export const INSTANCE_CASES: RuleCase[] = [
  {
    id: 'instance-not-ready',
    about: 'the image cannot be pulled',
    appears: (s) => {
      Object.assign(instanceOf(s, 'mycluster-3'), {
        presence: 'not-asked',
        statusText: 'ErrImagePull',
        detail: 'no such\n host.',
      })
      Object.assign(podOf(s, 'mycluster-3'), { ready: false, readySince: ago(31) })
    },
    vanishes: (s) => (podOf(s, 'mycluster-3').ready = true),
    severity: 'warning',
    message: 'mycluster-3 is not ready for 31s: ErrImagePull: no such host',
    command: 'kubectl describe pod mycluster-3',
  },
  {
    id: 'instance-not-ready',
    about: 'crash loop for lack of memory',
    appears: (s) => {
      Object.assign(instanceOf(s, 'mycluster-3'), {
        presence: 'not-asked',
        statusText: 'CrashLoopBackOff',
        detail: 'back-off 5m0s',
      })
      Object.assign(podOf(s, 'mycluster-3'), {
        ready: false,
        restarts: 7,
        lastTermination: { reason: 'OOMKilled', exitCode: 137, at: ago(60) },
      })
    },
    vanishes: (s) => (instanceOf(s, 'mycluster-3').fenced = true),
    severity: 'warning',
    message: /CrashLoopBackOff: back-off 5m0s, 7 restarts; it ended with OOMKilled \(exit code 137\) before$/,
  },
  {
    id: 'instance-not-ready',
    about: 'the primary: the services lead nowhere',
    appears: (s) => Object.assign(podOf(s, 'mycluster-1'), { ready: false, readySince: ago(11) }),
    vanishes: (s) => (podOf(s, 'mycluster-1').ready = true),
    severity: 'critical',
    message: 'mycluster-1 (primary) is not ready for 11s: PostgreSQL answers, but the pod is not Ready',
  },
  {
    id: 'instance-not-ready',
    about: 'PostgreSQL restarts in a pod that is still called ready',
    appears: (s) =>
      Object.assign(instanceOf(s, 'mycluster-2'), { mightBeUnavailable: true, detail: 'connection refused' }),
    vanishes: (s) => (instanceOf(s, 'mycluster-2').mightBeUnavailable = false),
    severity: 'warning',
    message: 'mycluster-2 is not ready: PostgreSQL does not run there now: connection refused',
  },
  {
    id: 'instance-not-ready',
    about: 'being replaced, not removed',
    appears: (s) => Object.assign(podOf(s, 'mycluster-3'), { deleting: true }),
    vanishes: (s) => (s.summary.instancesWanted = 2),
    severity: 'warning',
    message: 'mycluster-3 is not ready: its pod is being deleted',
  },
  {
    id: 'instance-leaving',
    about: 'scaled down',
    appears: (s) => {
      podOf(s, 'mycluster-3').deleting = true
      s.summary.instancesWanted = 2
    },
    vanishes: (s) => (podOf(s, 'mycluster-3').deleting = false),
    severity: 'info',
    message: 'mycluster-3 is being removed',
  },
  {
    id: 'instances-not-ready',
    about: 'the count is all there is to go by',
    appears: (s) => {
      s.instances = []
      s.problems.push({ subject: 'pods', reason: 'forbidden', message: 'no', hint: null, code: 403 })
      s.summary.instancesReady = 2
    },
    vanishes: (s) => (s.summary.instancesReady = 3),
    severity: 'warning',
    message: '2 of 3 instances ready; the pods may not be read',
  },
  {
    id: 'instances-not-ready',
    about: 'none is left; with the pods known, they speak for themselves',
    appears: (s) => {
      s.problems.push({ subject: 'pods', reason: 'forbidden', message: 'no', hint: null, code: 403 })
      s.summary.instancesReady = 0
    },
    vanishes: (s) => (s.problems = []),
    severity: 'critical',
    message: /^0 of 3/,
  },
  {
    id: 'instance-missing',
    about: 'no pod and no job',
    appears: (s) => removePod(s, 'mycluster-3'),
    vanishes: (s) => (instanceOf(s, 'mycluster-3').role = 'joining'),
    severity: 'warning',
    message: 'mycluster-3 has no pod',
    objects: ['mycluster-3'],
  },
  {
    id: 'instance-missing',
    about: 'an instance without a name yet',
    appears: (s) => (s.summary.instancesWanted = 4),
    vanishes: (s) => (s.summary.instancesWanted = 3),
    severity: 'warning',
    message: '1 instance of 4 not there, and no job makes any',
  },
  {
    id: 'instance-joining',
    about: 'a job copies the data',
    appears: (s) => {
      removePod(s, 'mycluster-3')
      Object.assign(instanceOf(s, 'mycluster-3'), {
        role: 'joining',
        statusText: 'join job running',
        detail: '225 MB of 444 MB copied (51 %)',
      })
    },
    vanishes: (s) => (instanceOf(s, 'mycluster-3').role = 'standby'),
    severity: 'info',
    message: 'mycluster-3 is being made: join job running: 225 MB of 444 MB copied (51 %)',
  },
  {
    id: 'job-failed',
    about: 'a join job',
    appears: (s) => {
      const job = {
        name: 'mycluster-3-join',
        role: 'join',
        instance: 'mycluster-3',
        state: 'failed' as const,
        startedAt: null,
      }
      s.jobs = { items: [job], problem: null }
    },
    vanishes: (s) => (s.jobs!.items![0]!.state = 'succeeded'),
    severity: 'warning',
    message: 'the join job mycluster-3-join of mycluster-3 has failed',
  },
  {
    id: 'instance-not-answering',
    about: 'asked in vain',
    appears: (s) => {
      silence(s, 'mycluster-2')
    },
    // A missing right is no fault of the cluster.
    vanishes: (s) => {
      silence(s, 'mycluster-2', 'forbidden')
    },
    severity: 'warning',
    message: 'mycluster-2: not answering (timeout): no answer within 3 s; pod Ready, node node1',
  },
  {
    id: 'instance-not-answering',
    about: 'all of them for one reason',
    appears: (s) => {
      for (const { name } of s.instances) silence(s, name)
    },
    vanishes: (s) => {
      for (const instance of s.instances) instance.presence = 'not-asked'
    },
    severity: 'warning',
    message: 'mycluster-1, mycluster-2 and mycluster-3: not answering (timeout)',
  },
  {
    id: 'instance-manager-frozen',
    about: 'only SQL got through',
    appears: (s) =>
      Object.assign(instanceOf(s, 'mycluster-2'), {
        via: 'sql',
        failures: [
          { way: 'proxy', kind: 'timeout', reason: 'timeout', code: null, hint: null },
          { way: 'exec', kind: 'timeout', reason: 'timeout', code: null, hint: null },
        ],
      }),
    // An expired certificate stops `instance status` too.
    vanishes: (s) => (instanceOf(s, 'mycluster-2').failures[1]!.kind = 'failed'),
    severity: 'warning',
    message: 'the instance manager of mycluster-2 does not answer, PostgreSQL does (asked by SQL)',
  },
  {
    id: 'instance-crashed',
    about: 'killed lately for its memory',
    appears: (s) => (podOf(s, 'mycluster-2').lastTermination = { reason: 'OOMKilled', exitCode: 137, at: ago(600) }),
    vanishes: (s) => (podOf(s, 'mycluster-2').lastTermination!.exitCode = 0),
    severity: 'warning',
    message: 'mycluster-2 ended with OOMKilled (exit code 137) 10m ago and runs again',
  },
  {
    id: 'instance-crashed',
    about: 'long ago',
    appears: (s) => (podOf(s, 'mycluster-2').lastTermination = { reason: 'Error', exitCode: 1, at: ago(3599) }),
    vanishes: (s) => (podOf(s, 'mycluster-2').lastTermination!.at = ago(3600)),
    severity: 'warning',
    message: /ended with Error/,
  },
]
