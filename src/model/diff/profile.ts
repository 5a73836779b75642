import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { ClusterStatus, Problem } from '../cluster-status.ts'
import type { Finding } from '../finding.ts'
import { whole } from '../whole.ts'
import {
  appliedFacts,
  backupFacts,
  budgetFacts,
  certificateFacts,
  findingFacts,
  instanceFacts,
  managedFacts,
  poolerFacts,
  replicationFacts,
  scheduleFacts,
  slotFacts,
  specFacts,
  summaryFacts,
} from './sections.ts'
import type { Fact, Profile } from './types.ts'

/** A cluster that was read and judged. */
export interface Judged {
  snapshot: ClusterSnapshot
  status: ClusterStatus
  findings: readonly Finding[]
}

/** All facts of a cluster; `sameCluster`: the other side is the same one at another moment. */
export function profileOf({ snapshot, status, findings }: Judged, sameCluster: boolean): Profile {
  const facts: Fact[] = [
    ...findingFacts(findings),
    ...summaryFacts(status),
    ...specFacts(whole(snapshot).cluster),
    ...instanceFacts(status),
    ...replicationFacts(status),
    ...slotFacts(status.slots ?? []),
    ...certificateFacts(status.certificates, sameCluster),
    ...backupFacts(status),
    ...scheduleFacts(status),
    ...poolerFacts(status),
    ...appliedFacts('Databases', status.databases),
    ...appliedFacts('Publications', status.publications),
    ...appliedFacts('Subscriptions', status.subscriptions),
    ...appliedFacts('Database roles', status.databaseRoles),
    ...managedFacts(status),
    ...budgetFacts(status),
  ]
  return { facts, unknown: unknownSections(status) }
}

/** Where nothing could be read, nothing can be missing. */
function unknownSections(status: ClusterStatus): Map<string, string> {
  const listings = {
    'Scheduled backups': status.backup.schedules,
    Poolers: status.poolers,
    Databases: status.databases,
    Publications: status.publications,
    Subscriptions: status.subscriptions,
    'Database roles': status.databaseRoles,
    'Disruption budgets': status.disruptionBudgets,
  }
  const unknown = new Map<string, string>()
  for (const [section, listing] of Object.entries(listings)) {
    if (listing === null) unknown.set(section, 'not asked for')
    else if (listing.items === null) unknown.set(section, reasonOf(listing.problem))
  }
  if (status.replication.state === 'unknown') {
    unknown.set('Replication', 'no primary answered')
    unknown.set('Replication slots', 'no primary answered')
  }
  return unknown
}

function reasonOf(problem: Problem | null): string {
  if (!problem) return 'not read'
  return problem.reason === 'forbidden' ? 'not permitted' : problem.message
}
