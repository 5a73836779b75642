import type { KubeObject } from '../../api/objects.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import { cellText, readTable } from '../../snapshot/tables.ts'
import type { TableRow } from '../../snapshot/tables.ts'
import { readCluster } from './read-cluster.ts'
import { about, ago, rows, rowsOfCluster, unique } from './rows.ts'
import type { Candidate, KubeconfigKind, LiveKind, Lookup } from './types.ts'

/** All names of one kind on the server. Throws CliError. */
export async function lookUp(kind: Exclude<LiveKind, KubeconfigKind>, lookup: Lookup): Promise<Candidate[]> {
  switch (kind) {
    case 'namespace':
      return namespaces(lookup)
    case 'cluster':
      return (await rows(lookup, Resources.clusters)).map(clusterCandidate)
    case 'restorable-cluster':
      return restorable(lookup)
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
    case 'object-store':
      return (await rows(lookup, Resources.objectStores)).map(({ name }) => ({ text: name }))
    case 'plugin':
      return ((await readCluster(lookup))?.spec.plugins ?? []).map(({ name }) => ({ text: name }))
    case 'database':
      return (await import('./roles.ts')).databases(lookup)
    case 'role':
      return (await import('./roles.ts')).roles(lookup)
    case 'password-secret':
      return (await import('./secrets.ts')).passwordSecrets(lookup)
    case 'certificate-secret':
      return (await import('./secrets.ts')).certificateSecrets(lookup)
    case 'container':
      return (await import('./instances.ts')).containers(lookup)
    default:
      return (await import('./instances.ts')).instances(kind, lookup)
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

/** Clusters, and those that are only known by their backups any more. */
async function restorable(lookup: Lookup): Promise<Candidate[]> {
  const [clusters, backups] = await Promise.all([
    rows(lookup, Resources.clusters),
    rows(lookup, Resources.backups).catch(() => []),
  ])
  const backedUp = backups.map(({ cells }) => cellText(cells['Cluster'])).filter((name) => name !== '')
  return unique([
    ...clusters.map(clusterCandidate),
    ...backedUp.map((text) => ({ text, about: 'gone, its backups are here' })),
  ])
}
