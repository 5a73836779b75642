import type { ClusterStatus, InstanceState, PodFacts, Slot, StandbyRow } from '../../src/model/cluster-status.ts'
import { assess, type AssessOptions } from '../../src/model/rules/assess.ts'
import type { Finding } from '../../src/model/finding.ts'

export const NOW = '2026-11-23T12:00:00Z'

/** A moment so many seconds before {@link NOW}. */
export function ago(seconds: number): string {
  return new Date(Date.parse(NOW) - seconds * 1000).toISOString()
}

/** A cluster of three instances with backups in which nothing is wrong, with changes. */
export function healthyStatus(change: (status: ClusterStatus) => void = () => undefined): ClusterStatus {
  const status = healthy()
  change(status)
  return status
}

/** The findings of one id in a changed healthy cluster. */
export function findingsOf(
  id: string,
  change: (status: ClusterStatus) => void = () => undefined,
  options: AssessOptions = {},
): Finding[] {
  return assess(healthyStatus(change), options).filter((finding) => finding.id === id)
}

export function instanceOf(status: ClusterStatus, name: string): InstanceState {
  const found = status.instances.find((instance) => instance.name === name)
  if (!found) throw new Error(`no instance ${name}`)
  return found
}

export function podOf(status: ClusterStatus, name: string): PodFacts {
  const { pod } = instanceOf(status, name)
  if (!pod) throw new Error(`no pod ${name}`)
  return pod
}

export function rowOf(status: ClusterStatus, name: string): StandbyRow {
  const found = status.replication.standbys.find((row) => row.name === name)
  if (!found) throw new Error(`no row ${name}`)
  return found
}

/** Takes an instance's pod away. */
export function removePod(status: ClusterStatus, name: string): void {
  Object.assign(instanceOf(status, name), {
    presence: 'absent',
    pod: null,
    statusText: 'no pod',
    isPrimary: null,
    timeline: null,
    walReceiverActive: null,
  })
  status.replication.standbys = status.replication.standbys.filter((row) => row.name !== name)
}

/** Lets an instance fall silent: nothing of its own is known any more. */
export function silence(status: ClusterStatus, name: string, reason: 'timeout' | 'forbidden' = 'timeout'): void {
  Object.assign(instanceOf(status, name), {
    presence: 'silent',
    statusText: reason === 'forbidden' ? 'not permitted' : 'not answering (timeout)',
    detail: 'no answer within 3 s; pod Ready, node node1',
    isPrimary: null,
    timeline: null,
    walReceiverActive: null,
    replayPaused: null,
    via: null,
    problem: { subject: `instance ${name}`, reason, message: 'no answer within 3 s', hint: null, code: null },
  })
}

export function slot(values: Partial<Slot>): Slot {
  return {
    name: 'debezium',
    type: 'logical',
    database: 'app',
    active: true,
    restartLsn: '0/8000000',
    xmin: null,
    catalogXmin: null,
    datoid: null,
    plugin: 'pgoutput',
    walStatus: 'reserved',
    safeWalBytes: null,
    heldBytes: 0,
    managed: false,
    instance: null,
    ...values,
  }
}

export function standbyRow(name: string, values: Partial<StandbyRow> = {}): StandbyRow {
  const lsn = '0/80020A8'
  return {
    name,
    state: 'streaming',
    sentLsn: lsn,
    writeLsn: lsn,
    flushLsn: lsn,
    replayLsn: lsn,
    writeLag: '00:00:00',
    flushLag: '00:00:00',
    replayLag: '00:00:00',
    writeLagSeconds: 0,
    flushLagSeconds: 0,
    replayLagSeconds: 0,
    sendLagBytes: 0,
    flushLagBytes: 0,
    replayLagBytes: 0,
    syncState: 'async',
    syncPriority: '0',
    slot: null,
    ...values,
  }
}

function instance(name: string, isPrimary: boolean): InstanceState {
  return {
    name,
    role: isPrimary ? 'primary' : 'standby-async',
    roleText: isPrimary ? 'Primary' : 'Standby (async)',
    presence: 'answered',
    statusText: 'OK',
    statusKind: 'good',
    detail: null,
    isPrimary,
    isNamedPrimary: isPrimary,
    fenced: false,
    currentLsn: isPrimary ? '0/80020A8' : null,
    receivedLsn: isPrimary ? null : '0/80020A8',
    replayLsn: isPrimary ? null : '0/80020A8',
    timeline: 2,
    systemId: '7711236389287845907',
    replayPaused: false,
    walReceiverActive: !isPrimary,
    rewinding: false,
    pendingRestart: false,
    pendingRestartForDecrease: false,
    pendingSettings: null,
    configurationErrors: null,
    mightBeUnavailable: false,
    maskedError: null,
    managerVersion: '1.30.0',
    managerUpgrading: false,
    databaseBytes: 23068672,
    databaseSize: '22 MB',
    walBytes: null,
    walFilesWaiting: null,
    secondsSinceLastArchival: null,
    replicationLagSeconds: null,
    serverVersion: null,
    serverStartedAt: null,
    mounts: null,
    pod: {
      phase: 'Running',
      ready: true,
      readySince: ago(86400),
      deleting: false,
      createdAt: ago(86400),
      startedAt: ago(86400),
      restarts: 0,
      lastTermination: null,
      qos: 'BestEffort',
      node: 'node1',
      nodeReady: true,
      zone: null,
      podIP: '10.0.0.1',
      hostIP: '10.1.0.1',
      image: 'registry.example/postgresql:17.5',
      operatorVersion: '1.30.0',
    },
    via: 'proxy',
    problem: null,
    failures: [],
  }
}

function healthy(): ClusterStatus {
  const managed = (name: string) =>
    slot({
      name: `_cnpg_${name.replace('-', '_')}`,
      type: 'physical',
      database: null,
      plugin: null,
      managed: true,
      instance: name,
    })
  return {
    schemaVersion: 1,
    takenAt: NOW,
    clientVersion: '0.1.0',
    context: null,
    layout: 'current',
    operatorVersion: '1.30.0',
    summary: {
      name: 'mycluster',
      namespace: 'default',
      createdAt: ago(30 * 86400),
      systemId: '7711236389287845907',
      image: 'registry.example/postgresql:17.5',
      imagesRunning: [
        { image: 'registry.example/postgresql:17.5', instances: ['mycluster-1', 'mycluster-2', 'mycluster-3'] },
      ],
      isReplicaCluster: false,
      source: null,
      primary: 'mycluster-1',
      targetPrimary: 'mycluster-1',
      answeringPrimary: 'mycluster-1',
      transition: 'none',
      primaryFailingSince: null,
      promotedAt: ago(86400),
      targetSetAt: ago(86410),
      phase: 'Cluster in healthy state',
      phaseReason: null,
      phaseKind: 'good',
      instancesWanted: 3,
      instancesExisting: 3,
      instancesReady: 3,
      fencing: { all: false, instances: [], primaryFenced: false, error: null },
      size: { databaseBytes: 23068672, walBytes: null },
      currentLsn: '0/80020A8',
      timeline: 2,
      walFile: '000000020000000000000008',
      maintenance: null,
      bootstrap: { method: 'initdb', origin: null },
      primaryUpdateStrategy: 'unsupervised',
      primaryUpdateMethod: 'restart',
      operator: null,
    },
    hibernation: null,
    demotionToken: null,
    promotionToken: null,
    synchronous: null,
    certificates: ['ca', 'replication', 'server'].map((kind) => ({
      name: `mycluster-${kind}`,
      roles: kind === 'ca' ? ['server CA', 'client CA'] : kind === 'server' ? ['server'] : ['replication'],
      userGiven: false,
      expiresAt: ago(-80 * 86400),
      expiresText: '2027-02-11 12:00:00 +0000 UTC',
      daysLeft: 80,
    })),
    backup: {
      configured: 'objectStore',
      retentionPolicy: '30d',
      firstRecoverabilityPoint: ago(20 * 86400),
      firstRecoverabilityPointByMethod: {},
      lastSuccessfulAt: ago(9 * 3600),
      lastSuccessfulByMethod: {},
      lastSuccessfulName: 'nightly-2',
      lastFailedAt: null,
      lastFailed: null,
      running: [],
      history: { items: [], problem: null },
      schedules: {
        items: [
          {
            name: 'nightly',
            schedule: '0 0 3 * * *',
            suspended: false,
            lastAt: ago(9 * 3600),
            nextAt: ago(-15 * 3600),
            error: null,
          },
        ],
        problem: null,
      },
      plugin: null,
    },
    archiving: {
      state: 'ok',
      waiting: 0,
      lastArchivedWal: '000000020000000000000007',
      lastArchivedAt: ago(130),
      lastFailedWal: null,
      lastFailedAt: null,
      conditionMessage: null,
      conditionSince: null,
    },
    baseBackups: [],
    replication: {
      state: 'rows',
      slotsEnabled: true,
      slotPrefix: '_cnpg_',
      standbys: [standbyRow('mycluster-2'), standbyRow('mycluster-3')],
      foreign: [],
      sourceStreaming: null,
    },
    slots: [managed('mycluster-2'), managed('mycluster-3')],
    managedRoles: { byStatus: [{ status: 'reconciled', roles: ['app'] }], cannotReconcile: [] },
    tablespaces: [],
    disruptionBudgets: {
      items: [
        {
          name: 'mycluster',
          role: 'replica',
          expectedPods: 2,
          currentHealthy: 2,
          desiredHealthy: 1,
          disruptionsAllowed: 1,
        },
        {
          name: 'mycluster-primary',
          role: 'primary',
          expectedPods: 1,
          currentHealthy: 1,
          desiredHealthy: 1,
          disruptionsAllowed: 0,
        },
      ],
      problem: null,
    },
    plugins: [],
    poolers: { items: [], problem: null },
    databases: { items: [], problem: null },
    publications: { items: [], problem: null },
    subscriptions: { items: [], problem: null },
    databaseRoles: { items: [], problem: null },
    jobs: null,
    volumes: null,
    instances: [instance('mycluster-1', true), instance('mycluster-2', false), instance('mycluster-3', false)],
    reached: { ways: ['proxy'], answered: 3, total: 3, note: null },
    configuration: null,
    conditions: [],
    problems: [],
  }
}
