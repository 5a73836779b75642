import type { ClusterStatus } from '../../../model/cluster-status.ts'
import { goTime } from '../../../model/time.ts'
import { cell, pairs, section, type Section } from '../../document.ts'

/** Shown as soon as hibernation is asked for or told of; with what holds the data and how to end it. */
export function hibernationSection(status: ClusterStatus): Section | null {
  const { hibernation, volumes, summary } = status
  if (!hibernation) return null
  const state = hibernation.hibernated ? cell('Hibernated', 'warn') : cell('Active')
  const names = volumes?.items?.map(({ name }) => name) ?? []
  return section(
    cell('Hibernation', 'title'),
    pairs([
      ['Status', state],
      ['Message', hibernation.message === null ? cell('requested, not begun', 'warn') : cell(hibernation.message)],
      ['Time', hibernation.since === null ? null : cell(goTime(hibernation.since))],
      ['Volumes', names.length === 0 || !hibernation.hibernated ? null : cell(names.join(', '))],
      [
        'To wake up',
        hibernation.hibernated ? cell(`kubectl cnpg hibernate off ${summary.name} -n ${summary.namespace}`) : null,
      ],
    ]),
  )
}
