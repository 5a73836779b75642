import { Annotations } from '../../api/constants.ts'
import type { Cluster } from '../../api/cluster.ts'
import type { KubeObject } from '../../api/objects.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Resource } from '../../kube/resources.ts'
import { applicationOf } from '../../model/application.ts'
import { fencingOf, isFenced } from '../../model/fencing.ts'
import { describeCandidate } from '../../model/target.ts'
import type { Candidate as Instance } from '../../model/target.ts'
import { cellText, readTable } from '../../snapshot/tables.ts'
import type { TableRow } from '../../snapshot/tables.ts'
import { listInstances } from '../access/find-instance.ts'
import type { Candidate, LiveKind, Lookup } from './types.ts'

/** All names of one kind on the server. Throws CliError. */
export async function lookUp(kind: Exclude<LiveKind, 'context'>, lookup: Lookup): Promise<Candidate[]> {
  switch (kind) {
    case 'namespace':
      return namespaces(lookup)
    case 'cluster':
      return (await rows(lookup, Resources.clusters)).map(clusterCandidate)
    case 'backup':
      return (await rowsOfCluster(lookup, Resources.backups)).map(({ name, cells }) => ({
        text: name,
        about: about([cells['Cluster'], cells['Method'], cells['Phase'], ago(cells['Age'])]),
      }))
    case 'pooler':
      return (await rowsOfCluster(lookup, Resources.poolers)).map(({ name, cells }) => ({
        text: name,
        about: about([cells['Cluster'], cells['Type']]),
      }))
    case 'database':
      return databases(lookup)
    default:
      return instances(kind, lookup)
  }
}

/** Namespaces that hold clusters first; only those where the namespaces themselves may not be listed. */
async function namespaces({ session, signal }: Lookup): Promise<Candidate[]> {
  const [all, clusters] = await Promise.all([
    session.listAll<KubeObject>(pathOf(Resources.namespaces), { signal }).then(
      ({ items }) => items.map(({ metadata }) => metadata.name),
      () => [],
    ),
    readTable(session, Resources.clusters, undefined, { signal }).catch(() => []),
  ])
  const held = new Map<string, string[]>()
  for (const { namespace, name } of clusters) held.set(namespace, [...(held.get(namespace) ?? []), name])
  const names = new Set([...held.keys(), ...all])
  return [...names].map((text) => {
    const inside = held.get(text)
    return { text, ...(inside === undefined ? {} : { about: inside.join(', ') }) }
  })
}

function clusterCandidate({ name, cells }: TableRow): Candidate {
  const ready = `${cellText(cells['Ready']) || '0'}/${cellText(cells['Instances'])} ready`
  return { text: name, about: about([ready, cells['Status']]) }
}

/** The application's database, those of Database objects and the one that is always there. */
async function databases(lookup: Lookup): Promise<Candidate[]> {
  const [cluster, declared] = await Promise.all([
    readCluster(lookup).catch(() => undefined),
    rowsOfCluster(lookup, Resources.databases).catch(() => []),
  ])
  const application = cluster === undefined ? null : applicationOf(cluster).database
  const candidates = [
    ...(application === null ? [] : [{ text: application, about: 'of the application' }]),
    ...declared.map(({ name, cells }) => ({ text: cellText(cells['PG Name']), about: `of Database ${name}` })),
    { text: 'postgres' },
  ]
  return candidates.filter(({ text }, index) => candidates.findIndex((each) => each.text === text) === index)
}

type InstanceKind = 'instance' | 'standby' | 'fenced-instance' | 'unfenced-instance'

/** The instances for which the verb makes sense, with role and readiness. */
async function instances(kind: InstanceKind, lookup: Lookup): Promise<Candidate[]> {
  const { session, cluster, signal } = lookup
  if (cluster === undefined) return []
  const aboutFencing = kind === 'fenced-instance' || kind === 'unfenced-instance'
  const [all, object] = await Promise.all([
    listInstances(session, cluster, signal),
    aboutFencing ? readCluster(lookup) : undefined,
  ])
  const names = all.map(({ name }) => name)
  const fencing = fencingOf(object?.metadata.annotations?.[Annotations.fencedInstances], names, undefined)
  const fits = ({ name, role }: Instance): boolean => {
    if (kind === 'standby') return role !== 'primary'
    return aboutFencing ? isFenced(fencing, name) === (kind === 'fenced-instance') : true
  }
  return all.filter(fits).map((instance) => ({ text: instance.name, about: inBrackets(describeCandidate(instance)) }))
}

function inBrackets(description: string): string {
  return /\((.*)\)$/.exec(description)?.[1] ?? ''
}

function readCluster({ session, cluster, signal }: Lookup): Promise<Cluster | undefined> {
  if (cluster === undefined) return Promise.resolve(undefined)
  const path = pathOf(Resources.clusters, { namespace: session.namespace, name: cluster })
  return session.getJson<Cluster>(path, { signal })
}

function rows({ session, signal }: Lookup, resource: Resource): Promise<TableRow[]> {
  return readTable(session, resource, session.namespace, { signal })
}

/** Those of the cluster that the line names; of all clusters where it names none. */
async function rowsOfCluster(lookup: Lookup, resource: Resource): Promise<TableRow[]> {
  const { cluster } = lookup
  const all = await rows(lookup, resource)
  return cluster === undefined ? all : all.filter(({ cells }) => cellText(cells['Cluster']) === cluster)
}

function about(parts: readonly unknown[]): string {
  return parts
    .map(cellText)
    .filter((part) => part !== '')
    .join(', ')
}

function ago(age: unknown): string {
  const text = cellText(age)
  return text === '' ? '' : `${text} ago`
}
