import { randomUUID } from 'node:crypto'
import { seconds, suffixOf, uidOf, componentLabels, ownedBy } from '../postgres/objects/metadata.ts'
import type { StoredObject } from '../api-server/objects.ts'
import type { Desk } from './desk.ts'

/** Name of the job that fills the volume of an instance. */
export function joinJob(instance: string): string {
  return `${instance}-join`
}

/** The job that makes a standby's volume, and its pod, as they run (recorded state scaled-up-running). */
export function createJob(desk: Desk, instance: string): void {
  const { cluster } = desk
  const name = joinJob(instance)
  const uid = randomUUID()
  const labels = {
    ...componentLabels(cluster, { instance: true, version: true }),
    'cnpg.io/cluster': cluster.name,
    'cnpg.io/instanceName': instance,
    'cnpg.io/jobRole': 'join',
  }
  const podLabels = desk.old
    ? { ...labels, 'controller-uid': uid, 'job-name': name }
    : {
        ...labels,
        'batch.kubernetes.io/controller-uid': uid,
        'batch.kubernetes.io/job-name': name,
        'controller-uid': uid,
        'job-name': name,
      }
  const annotations = { 'cnpg.io/operatorVersion': cluster.wire }
  const now = seconds(new Date())
  const spec = jobPodSpec(desk, instance)
  const selector = desk.old ? 'controller-uid' : 'batch.kubernetes.io/controller-uid'
  desk.jobs.add(name)
  desk.put({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: cluster.namespace,
      uid,
      labels,
      annotations,
      ownerReferences: ownedBy.cluster(cluster, true) as unknown as NonNullable<
        StoredObject['metadata']['ownerReferences']
      >,
    },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      selector: { matchLabels: { [selector]: uid } },
      template: { metadata: { labels: podLabels, annotations }, spec },
      completionMode: 'NonIndexed',
      suspend: false,
    },
    status: { startTime: now, active: 1, ready: 1 },
  })
  const podName = podOf(desk, name)
  desk.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName,
      generateName: `${name}-`,
      namespace: cluster.namespace,
      labels: podLabels,
      annotations,
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: { ...spec, nodeName: 'node1' },
    status: {
      phase: 'Running',
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) =>
        podCondition(type, true, now),
      ),
      startTime: now,
      containerStatuses: [
        {
          name: 'join',
          state: { running: { startedAt: now } },
          lastState: {},
          ready: true,
          restartCount: 0,
          image: cluster.image,
          imageID: '',
          started: true,
        },
      ],
      qosClass: 'BestEffort',
    },
  })
}

/** The job is done; it stays until it is deleted. */
export function finishJob(desk: Desk, job: string): void {
  const now = seconds(new Date())
  const done = (type: string) => ({
    type,
    status: 'True',
    lastProbeTime: now,
    lastTransitionTime: now,
    ...(!desk.old && { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }),
  })
  desk.change('Job', job, (object) => {
    object['status'] = {
      conditions: [...(desk.old ? [] : [done('SuccessCriteriaMet')]), done('Complete')],
      startTime: object.metadata.creationTimestamp,
      completionTime: now,
      succeeded: 1,
      ready: 0,
    }
  })
  desk.change('Pod', podOf(desk, job), (object) => {
    object['status'] = {
      ...(object['status'] as object),
      phase: 'Succeeded',
      conditions: [
        podCondition('Initialized', true, now, 'PodCompleted'),
        podCondition('Ready', false, now, 'PodCompleted'),
        podCondition('ContainersReady', false, now, 'PodCompleted'),
        podCondition('PodScheduled', true, now),
      ],
    }
  })
}

/** Deletes a job with its pod, if they are there. */
export function deleteJob(desk: Desk, job: string): void {
  desk.jobs.delete(job)
  desk.remove('Pod', podOf(desk, job))
  desk.remove('Job', job)
}

function podOf(desk: Desk, job: string): string {
  return `${job}-${suffixOf(desk.cluster, uidOf(desk.cluster, job))}`
}

function podCondition(type: string, status: boolean, at: string, reason?: string): Record<string, unknown> {
  return {
    type,
    status: status ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: at,
    ...(reason === undefined ? {} : { reason }),
  }
}

function jobPodSpec(desk: Desk, instance: string): Record<string, unknown> {
  const { cluster } = desk
  return {
    volumes: [
      { name: 'pgdata', persistentVolumeClaim: { claimName: instance } },
      { name: 'scratch-data', emptyDir: {} },
      { name: 'shm', emptyDir: { medium: 'Memory' } },
    ],
    initContainers: [
      {
        name: 'bootstrap-controller',
        image: `ghcr.io/cloudnative-pg/cloudnative-pg:${cluster.wire}`,
        command: ['/manager', 'bootstrap', '/controller/manager', '--log-level=info'],
      },
    ],
    containers: [
      {
        name: 'join',
        image: cluster.image,
        command: ['/controller/manager', 'instance', 'join', '--parent-node', `${cluster.name}-rw`, '--log-level=info'],
        resources: {},
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Never',
    serviceAccountName: cluster.name,
    hostname: `${instance}-join`,
  }
}
