import type { FencedInstance, FencingReport } from '../../model/fencing-report.ts'
import { cell, note, section, table } from '../document.ts'
import type { Block, Cell, Column, Document } from '../document.ts'

interface Row extends FencedInstance {
  cluster: FencingReport
}

/** A row for each instance; columns for cluster and namespace where they tell clusters apart. */
export function fencingView(reports: readonly FencingReport[]): Document {
  const rows = reports.flatMap((cluster) => cluster.instances.map((instance): Row => ({ ...instance, cluster })))
  const namespaces = new Set(reports.map(({ namespace }) => namespace)).size > 1
  const columns: Column<Row>[] = [
    ...(namespaces ? [{ title: 'Namespace', cell: ({ cluster }: Row) => cell(cluster.namespace) }] : []),
    ...(reports.length > 1 ? [{ title: 'Cluster', cell: ({ cluster }: Row) => cell(cluster.name) }] : []),
    { title: 'Instance', cell: ({ name }) => cell(name) },
    { title: 'Replication role', cell: ({ role }) => cell(role) },
    { title: 'Fenced', cell: fencedCell },
    { title: 'PostgreSQL', cell: serverCell },
  ]
  return { sections: [section(null, table(columns, rows)), ...notes(reports)] }
}

function fencedCell({ fenced, cluster }: Row): Cell {
  if (cluster.error !== null) return cell('not known', 'bad')
  return fenced ? cell('yes', 'warn') : cell('no')
}

/** A server that does not do what the fence says is what somebody who looks here has to see. */
function serverCell({ postgres, fenced, status }: Row): Cell {
  if (postgres === 'unknown') return cell(`not known (${status})`, 'warn')
  if (postgres === 'up') return fenced ? cell('still runs', 'bad') : cell('runs', 'good')
  return fenced ? cell('down', 'warn') : cell(`down (${status})`, 'bad')
}

function notes(reports: readonly FencingReport[]): Document['sections'] {
  const several = reports.length > 1
  const lines = reports.flatMap(({ namespace, name, all, primaryFenced, error }): Block[] => {
    const whose = several ? `${namespace}/${name}: ` : ''
    if (error !== null) return [note(`${whose}${error}`, 'bad')]
    if (all)
      return [note(`${whose}all instances are fenced, those that are made later too: the database is down`, 'bad')]
    return primaryFenced ? [note(`${whose}the primary is fenced: nothing can be written`, 'bad')] : []
  })
  return lines.length === 0 ? [] : [section(null, ...lines)]
}
