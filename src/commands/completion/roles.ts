import type { DatabaseRole } from '../../api/companions.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import { applicationOf } from '../../model/application.ts'
import { cellText } from '../../snapshot/tables.ts'
import { readCluster } from './read-cluster.ts'
import { rowsOfCluster, unique } from './rows.ts'
import type { Candidate, Lookup } from './types.ts'

/** The application's database, those of Database objects and the one that is always there. */
export async function databases(lookup: Lookup): Promise<Candidate[]> {
  const [cluster, declared] = await Promise.all([
    readCluster(lookup).catch(() => undefined),
    rowsOfCluster(lookup, Resources.databases).catch(() => []),
  ])
  const application = cluster === undefined ? null : applicationOf(cluster).database
  return unique([
    ...(application === null ? [] : [{ text: application, about: 'of the application' }]),
    ...declared.map(({ name, cells }) => ({ text: cellText(cells['PG Name']), about: `of Database ${name}` })),
    { text: 'postgres' },
  ])
}

/** The application's role, managed ones, those of DatabaseRole objects and the operator's own. Throws CliError. */
export async function roles(lookup: Lookup): Promise<Candidate[]> {
  const { session, signal, cluster: wanted } = lookup
  const path = pathOf(Resources.databaseRoles, { namespace: session.namespace })
  const [cluster, declared] = await Promise.all([
    readCluster(lookup),
    // Older operators do not have the kind.
    session.listAll<DatabaseRole>(path, { signal }).then(
      ({ items }) => items,
      () => [],
    ),
  ])
  if (cluster === undefined) return []
  const { owner } = applicationOf(cluster)
  const managed = (cluster.spec.managed?.roles ?? []).filter(({ ensure }) => ensure !== 'absent')
  const ofCluster = declared.filter(({ spec }) => spec.cluster.name === wanted && spec.ensure !== 'absent')
  return unique([
    ...(owner === null ? [] : [{ text: owner, about: 'of the application' }]),
    ...managed.map(({ name }) => ({ text: name, about: 'managed' })),
    ...ofCluster.map(({ spec, metadata }) => ({ text: spec.name, about: `of DatabaseRole ${metadata.name}` })),
    { text: 'postgres', about: 'superuser' },
    { text: 'streaming_replica', about: 'replication' },
  ])
}
