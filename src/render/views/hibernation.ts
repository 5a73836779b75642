import type { HibernationReport, HibernationState } from '../../model/hibernation-report.ts'
import { goTime } from '../../model/time.ts'
import { cell, note, pairs, section, table } from '../document.ts'
import type { Cell, Document } from '../document.ts'

const STATES: Readonly<Record<HibernationState, Cell>> = {
  hibernated: cell('Hibernated', 'warn'),
  hibernating: cell('Going to sleep: the pods are being deleted', 'warn'),
  waiting: cell('Asked for, not begun', 'warn'),
  waking: cell('Waking up', 'warn'),
  awake: cell('Not hibernated', 'good'),
}

/** What sleeps, what still runs, and what holds the data. */
export function hibernationView(report: HibernationReport): Document {
  const { name, namespace, state, message, since, pods, volumes, command } = report
  const summary = section(
    cell('Hibernation', 'title'),
    pairs([
      ['Name:', cell(name)],
      ['Namespace:', cell(namespace)],
      ['Status:', STATES[state]],
      ['Message:', message === null ? null : cell(message)],
      ['Since:', since === null ? null : cell(goTime(since))],
      [state === 'hibernated' ? 'To wake up:' : 'To take it back:', command === null ? null : cell(command)],
    ]),
  )
  const running = section(
    cell('Pods', 'title'),
    pods.length === 0
      ? note('none')
      : table(
          [
            { title: 'Name', cell: (pod) => cell(pod.name) },
            { title: 'Replication role', cell: (pod) => cell(pod.role) },
            { title: 'Status', cell: (pod) => cell(pod.status) },
          ],
          pods,
        ),
  )
  return { sections: [summary, running, volumeSection(volumes)] }
}

function volumeSection(volumes: HibernationReport['volumes']): Document['sections'][number] {
  const title = cell('Volumes', 'title')
  if (volumes === null) return section(title, note('not known: they could not be read', 'warn'))
  if (volumes.length === 0) return section(title, note('none', 'bad'))
  return section(
    title,
    table(
      [
        { title: 'Name', cell: (volume) => cell(volume.name) },
        { title: 'Instance', cell: (volume) => cell(volume.instance) },
        { title: 'Role', cell: (volume) => cell(volume.role) },
        { title: 'Size', cell: (volume) => cell(volume.capacity ?? volume.requested) },
        { title: 'Phase', cell: (volume) => cell(volume.phase, volume.phase === 'Bound' ? 'plain' : 'bad') },
      ],
      volumes,
    ),
  )
}
