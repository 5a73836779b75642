import { byName } from '../api/by-name.ts'
import type { ClusterStatus, InstanceState, StandbyRow } from '../model/cluster-status.ts'
import { prettyLag } from '../model/size.ts'
import type { Check } from './plan.ts'
import { checksOfRules } from './preflight.ts'

/** An instance that might become the primary. */
export interface Candidate {
  name: string
  /** What the primary knows of it; null when it does not stream or the primary did not tell. */
  row: StandbyRow | null
  /** What speaks against it alone, not against a switchover in general. */
  checks: readonly Check[]
  /** `sync, lag 0 B` */
  words: string
}

/** Every instance but the primary, the best first: nothing against it, synchronous, least behind. */
export function rankCandidates(status: ClusterStatus): Candidate[] {
  const general = new Set(checksOfRules(status, 'promote', '').map(({ id, message }) => id + message))
  return status.instances
    .filter((instance) => !instance.isNamedPrimary)
    .map((instance) => candidate(status, instance, general))
    .sort(
      (a, b) =>
        severity(a) - severity(b) || synchronous(b) - synchronous(a) || behind(a) - behind(b) || byName(a.name, b.name),
    )
}

function candidate(status: ClusterStatus, { name }: InstanceState, general: ReadonlySet<string>): Candidate {
  const row = status.replication.standbys.find((standby) => standby.name === name) ?? null
  const checks = checksOfRules(status, 'promote', name).filter(({ id, message }) => !general.has(id + message))
  const lag = row?.replayLagBytes
  const state =
    row === null
      ? 'not streaming'
      : `${row.syncState ?? 'unknown'}, lag ${lag === null || lag === undefined ? 'unknown' : prettyLag(lag)}`
  const against = checks.map(({ message }) => message).join('; ')
  return { name, row, checks, words: against === '' ? state : `${state}; ${against}` }
}

function severity({ checks }: Candidate): number {
  if (checks.length === 0) return 0
  return checks.every((check) => check.forcible) ? 1 : 2
}

function synchronous({ row }: Candidate): number {
  return Number(row?.syncState === 'sync' || row?.syncState === 'quorum')
}

function behind({ row }: Candidate): number {
  return row?.replayLagBytes ?? Number.MAX_SAFE_INTEGER
}
