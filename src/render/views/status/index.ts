import type { ClusterStatus } from '../../../model/cluster-status.ts'
import { sortFindings, type Finding } from '../../../model/finding.ts'
import type { Document, Section } from '../../document.ts'
import { backupSections } from './backup.ts'
import { certificatesSection } from './certificates.ts'
import { companionSections, restingSections } from './companions.ts'
import { configurationSections } from './configuration.ts'
import { findingsSection } from './findings.ts'
import { hibernationSection } from './hibernation.ts'
import { instancesSection } from './instances.ts'
import type { StatusViewOptions } from './options.ts'
import { replicationSection } from './replication.ts'
import { seedView } from './seed.ts'
import { unmanagedSlotsSection } from './slots.ts'
import { summarySection } from './summary.ts'
import { tokenSections } from './tokens.ts'

/**
 * The status screen (spec/screens.md 1 to 3). The seed's layout is for the plain screen of old operators only; with
 * `-v` or `-o wide` everything there is gets shown.
 */
export function statusView(status: ClusterStatus, findings: readonly Finding[], options: StatusViewOptions): Document {
  const sorted = sortFindings(findings)
  if (status.layout === 'seed' && options.verbosity === 0 && !options.wide) return seedView(status, sorted)
  const sections = [
    summarySection(status, sorted, options),
    findingsSection(sorted, options),
    hibernationSection(status),
    ...tokenSections(status),
    ...configurationSections(status, options),
    certificatesSection(status, options),
    ...(status.hibernation?.hibernated ? restingSections(status, options) : running(status, options)),
  ]
  return { sections: sections.filter((section) => section !== null) }
}

/** What makes no sense for a cluster without pods. */
function running(status: ClusterStatus, options: StatusViewOptions): (Section | null)[] {
  return [
    ...backupSections(status, options),
    replicationSection(status, options),
    unmanagedSlotsSection(status, options),
    ...companionSections(status, options),
    instancesSection(status, options),
  ]
}
