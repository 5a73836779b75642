import type { UnreadCluster } from '../api/snapshot.ts'
import { secondsBetween } from './time.ts'
import type { ClusterStatus, Problem } from './cluster-status.ts'
import { problemOf } from './context.ts'
import { SEVERITIES, sortFindings, type Finding, type Severity } from './finding.ts'

/** One cluster of a fleet with our judgement. */
export interface FleetMember {
  status: ClusterStatus
  findings: readonly Finding[]
}

/** Worst first (design 6). */
export const VERDICTS = ['CRITICAL', 'UNKNOWN', 'WARNING', 'OK'] as const

export type Verdict = (typeof VERDICTS)[number]

/** What one row of the fleet table tells (spec/screens.md 4). `null` means unknown or not there. */
export interface FleetRow {
  context: string | null
  namespace: string | null
  name: string | null
  verdict: Verdict
  instancesReady: number | null
  instancesWanted: number | null
  primary: string | null
  /** Of the standby that is furthest behind; null also without standbys. */
  lagBytes: number | null
  /** Seconds since the last backup that was made; null: none is known. */
  backupAge: number | null
  backupConfigured: boolean
  /** Of the certificate that ends first. */
  certificateDays: number | null
  /** Ids, the worst first, each once. */
  findings: string[]
  /** The operator's own words. */
  phase: string | null
  image: string | null
  operatorVersion: string | null
  /** Databases and WAL of the primary. */
  bytes: number | null
  /** Why nothing is known of it. */
  problem: Problem | null
}

/** The rows in the order of the screen: worst first, then by context, namespace and name. */
export function fleetRows(members: readonly FleetMember[], unread: readonly UnreadCluster[]): FleetRow[] {
  return [...members.map(memberRow), ...unread.map(unreadRow)].sort(
    (a, b) =>
      VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
      byText(a.context, b.context) ||
      byText(a.namespace, b.namespace) ||
      byText(a.name, b.name),
  )
}

/** The verdict on one cluster; a mere note is fine. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const worst: Severity | undefined = SEVERITIES.find((severity) => findings.some((each) => each.severity === severity))
  if (worst === 'critical') return 'CRITICAL'
  return worst === 'warning' ? 'WARNING' : 'OK'
}

/** What could not be read, as errors of the machine-readable forms. */
export function unreadProblem({ context, namespace, name, problem }: UnreadCluster): Problem {
  const place = [context, namespace, name].filter((part) => part !== undefined).join('/')
  return problemOf(name === undefined ? `context ${place}` : `cluster ${place}`, problem)
}

/** True for a context without any cluster, or without the operator: nothing to worry about when one looks through several. */
export function isEmptyContext({ name, problem }: UnreadCluster): boolean {
  return name === undefined && problem.reason === 'missing'
}

function memberRow({ status, findings }: FleetMember): FleetRow {
  const { summary, backup, certificates, takenAt } = status
  const lags = status.replication.standbys.flatMap(({ replayLagBytes }) => replayLagBytes ?? [])
  const days = certificates.flatMap(({ daysLeft }) => daysLeft ?? [])
  const { databaseBytes, walBytes } = summary.size
  return {
    context: status.context,
    namespace: summary.namespace,
    name: summary.name,
    verdict: verdictOf(findings),
    instancesReady: summary.instancesReady,
    instancesWanted: summary.instancesWanted,
    primary: summary.primary,
    lagBytes: lags.length === 0 ? null : Math.max(...lags),
    backupAge: ageOf(backup.lastSuccessfulAt, takenAt),
    backupConfigured: backup.configured !== 'none',
    certificateDays: days.length === 0 ? null : Math.min(...days),
    findings: [...new Set(sortFindings(findings).map(({ id }) => id))],
    phase: summary.phase,
    image: summary.image,
    operatorVersion: status.operatorVersion,
    bytes: databaseBytes === null ? null : databaseBytes + (walBytes ?? 0),
    problem: null,
  }
}

function unreadRow(unread: UnreadCluster): FleetRow {
  return {
    context: unread.context ?? null,
    namespace: unread.namespace ?? null,
    name: unread.name ?? null,
    verdict: 'UNKNOWN',
    instancesReady: null,
    instancesWanted: null,
    primary: null,
    lagBytes: null,
    backupAge: null,
    backupConfigured: false,
    certificateDays: null,
    findings: [],
    phase: null,
    image: null,
    operatorVersion: null,
    bytes: null,
    problem: unreadProblem(unread),
  }
}

function ageOf(moment: string | null, now: string): number | null {
  const seconds = secondsBetween(moment, now)
  return seconds === null ? null : Math.max(0, seconds)
}

function byText(a: string | null, b: string | null): number {
  const [left, right] = [a ?? '', b ?? '']
  return left < right ? -1 : left > right ? 1 : 0
}
