import type { ClusterStatus } from '../../../model/cluster-status.ts'
import { cell, section, type Section } from '../../document.ts'
import { missingNote } from './missing.ts'
import type { StatusViewOptions } from './options.ts'

/** The primary's configuration files, at the second level of detail. */
export function configurationSections(status: ClusterStatus, { verbosity }: StatusViewOptions): Section[] {
  if (verbosity < 2 || status.hibernation?.hibernated) return []
  const { configuration } = status
  const problem = status.problems.find(({ subject }) => subject === 'configuration') ?? null
  const body = (text: string | undefined) =>
    text === undefined ? missingNote(problem, 'not read') : ({ kind: 'raw', text: text.replace(/^\n+/, '') } as const)
  return [
    section(cell('PostgreSQL Configuration', 'title'), body(configuration?.customConf)),
    section(cell('PostgreSQL HBA Rules', 'title'), body(configuration?.hbaConf)),
  ]
}
