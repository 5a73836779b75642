import { Ports } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { Part } from '../api/part.ts'
import type { InstanceMetrics } from '../api/snapshot.ts'
import type { Clock } from '../host/types.ts'
import { failureOf, noAnswer } from './failures.ts'
import { missing, present } from './parts.ts'
import type { Sample } from './prometheus.ts'
import { parseSamples } from './prometheus.ts'
import { getFromPod } from './ways/proxy.ts'
import type { PodTarget } from './ways/target.ts'
import { metricsIsTls } from './ways/target.ts'

/**
 * Figures of the metrics port 9187 through the API server's proxy. An extra: whoever asks ends it with the signal, and
 * then the part says timeout. Rejects only with the user's interruption.
 */
export async function askMetrics(
  target: PodTarget & { cluster: Cluster | Promise<Cluster> },
  clock: Clock,
  signal: AbortSignal,
): Promise<Part<InstanceMetrics>> {
  try {
    const page = { port: Ports.metrics, tls: metricsIsTls(target.pod), path: '/metrics', gzip: true }
    const text = await getFromPod(target, page, signal)
    const { spec } = await target.cluster
    return present(parseMetrics(text, Object.keys(spec.postgresql?.parameters ?? {})), clock, 'proxy')
  } catch (error) {
    if (signal.aborted) return missing('timeout', 'the metrics did not come in time')
    return noAnswer([failureOf('proxy', error)])
  }
}

const Names = {
  databaseSize: 'cnpg_pg_database_size_bytes',
  wal: 'cnpg_collector_pg_wal',
  archiveStatus: 'cnpg_collector_pg_wal_archive_status',
  sinceArchival: 'cnpg_pg_stat_archiver_seconds_since_last_archival',
  sinceFailure: 'cnpg_pg_stat_archiver_seconds_since_last_failure',
  lag: 'cnpg_pg_replication_lag',
  receiverUp: 'cnpg_pg_replication_is_wal_receiver_up',
  sender: 'cnpg_pg_stat_replication_replay_diff_bytes',
  setting: 'cnpg_pg_settings_setting',
} as const

/**
 * Reads the page. Figures that the page lacks, or gives as NaN or (of ages) as -1 for "never", are absent. Of the hundreds of
 * settings only these `parameters` are kept.
 */
export function parseMetrics(page: string, parameters: readonly string[] = []): InstanceMetrics {
  const samples = parseSamples(page, new Set(Object.values(Names)))
  const named = (name: string, label?: string): number | undefined =>
    usable(samples.find((sample) => sample.name === name && (label === undefined || sample.labels['value'] === label)))
  const receiver = named(Names.receiverUp)
  const figures: { [K in keyof InstanceMetrics]: InstanceMetrics[K] | undefined } = {
    databaseBytes: sumOf(samples.filter((sample) => sample.name === Names.databaseSize)),
    walBytes: named(Names.wal, 'size'),
    walFilesWaiting: named(Names.archiveStatus, 'ready'),
    secondsSinceLastArchival: named(Names.sinceArchival),
    secondsSinceLastFailedArchival: named(Names.sinceFailure),
    replicationLagSeconds: named(Names.lag),
    replicationReceiverUp: receiver === undefined ? undefined : receiver === 1,
    walSenders: sendersOf(samples.filter((sample) => sample.name === Names.sender)),
    settings: settingsOf(
      samples.filter((sample) => sample.name === Names.setting),
      parameters,
    ),
  }
  return Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== undefined))
}

function sendersOf(samples: readonly Sample[]): InstanceMetrics['walSenders'] {
  const known = samples.filter(({ value }) => Number.isFinite(value))
  if (known.length === 0) return undefined
  return known.map(({ value, labels }) => {
    // The address comes as a network of one host.
    const address = labels['client_addr']?.replace(/\/(32|128)$/, '')
    return {
      applicationName: labels['application_name'] ?? '',
      user: labels['usename'] ?? '',
      ...(address ? { clientAddress: address } : {}),
      replayLagBytes: Math.max(0, value),
    }
  })
}

function sumOf(samples: readonly Sample[]): number | undefined {
  const values = samples.map(usable)
  if (values.length === 0 || values.includes(undefined)) return undefined
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

function usable(sample: Sample | undefined): number | undefined {
  return sample !== undefined && Number.isFinite(sample.value) && sample.value >= 0 ? sample.value : undefined
}

function settingsOf(samples: readonly Sample[], parameters: readonly string[]): Record<string, number> | undefined {
  const wanted = new Set(parameters)
  const found = samples.flatMap(({ labels, value }): [string, number][] => {
    const name = labels['name']
    return name !== undefined && wanted.has(name) && Number.isFinite(value) ? [[name, value]] : []
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
