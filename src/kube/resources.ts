import { BARMAN_GROUP, CNPG_GROUP, CNPG_VERSION } from '../api/constants.ts'
import { CliError } from '../errors/cli-error.ts'

/** A kind of object the API server holds; `group` is empty for the core group. */
export interface Resource {
  group: string
  version: string
  /** Name in paths and in Role rules. */
  plural: string
  /** False for kinds outside namespaces. */
  namespaced: boolean
}

/** Every kind this program reads or changes (spec/wire-formats.md B, E). */
export const Resources = {
  clusters: cnpg('clusters'),
  backups: cnpg('backups'),
  scheduledBackups: cnpg('scheduledbackups'),
  poolers: cnpg('poolers'),
  databases: cnpg('databases'),
  publications: cnpg('publications'),
  subscriptions: cnpg('subscriptions'),
  databaseRoles: cnpg('databaseroles'),
  imageCatalogs: cnpg('imagecatalogs'),
  clusterImageCatalogs: { ...cnpg('clusterimagecatalogs'), namespaced: false },
  failoverQuorums: cnpg('failoverquorums'),
  objectStores: { group: BARMAN_GROUP, version: 'v1', plural: 'objectstores', namespaced: true },
  pods: core('pods'),
  secrets: core('secrets'),
  configMaps: core('configmaps'),
  services: core('services'),
  endpoints: core('endpoints'),
  events: core('events'),
  persistentVolumeClaims: core('persistentvolumeclaims'),
  persistentVolumes: { ...core('persistentvolumes'), namespaced: false },
  nodes: { ...core('nodes'), namespaced: false },
  namespaces: { ...core('namespaces'), namespaced: false },
  jobs: { group: 'batch', version: 'v1', plural: 'jobs', namespaced: true },
  deployments: { group: 'apps', version: 'v1', plural: 'deployments', namespaced: true },
  podDisruptionBudgets: { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', namespaced: true },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespaced: true },
  volumeSnapshots: { group: 'snapshot.storage.k8s.io', version: 'v1', plural: 'volumesnapshots', namespaced: true },
  mutatingWebhooks: webhooks('mutatingwebhookconfigurations'),
  validatingWebhooks: webhooks('validatingwebhookconfigurations'),
  customResourceDefinitions: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
  selfSubjectAccessReviews: {
    group: 'authorization.k8s.io',
    version: 'v1',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
  },
} as const satisfies Record<string, Resource>

export interface ResourceTarget {
  /** Absent: all namespaces (or a kind outside namespaces). */
  namespace?: string
  /** Absent: the list. */
  name?: string
  /** E.g. `status`, `log`; needs a name. */
  subresource?: string
}

/**
 * Path of an object, a list or a subresource, encoded for a URL. Throws CliError (usage) on a name that cannot stand in
 * a path: an empty one would turn an object into its list, and a dot segment would be folded away by URL parsers.
 */
export function pathOf(resource: Resource, target: ResourceTarget = {}): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  const scope =
    resource.namespaced && target.namespace !== undefined ? `/namespaces/${segment(target.namespace, 'namespace')}` : ''
  const name = target.name === undefined ? '' : `/${segment(target.name, 'name')}`
  const subresource = target.subresource === undefined ? '' : `/${segment(target.subresource, 'subresource')}`
  return `${root}${scope}/${resource.plural}${name}${subresource}`
}

export interface PodPort {
  namespace: string
  pod: string
  scheme: 'http' | 'https'
  port: number
}

/** Path of an HTTP request through the API server to a port of a pod; `path` starts with a slash (A.3). */
export function podProxyPath(target: PodPort, path: string): string {
  const base = pathOf(Resources.pods, { namespace: target.namespace })
  return `${base}/${target.scheme}:${segment(target.pod, 'name')}:${String(target.port)}/proxy${path}`
}

/** Path of a pod's subresource: `exec`, `portforward`, `log`. */
export function podPath(namespace: string, pod: string, subresource: 'exec' | 'portforward' | 'log'): string {
  return pathOf(Resources.pods, { namespace, name: pod, subresource })
}

/** The query as it stands after the `?`; empty without parameters. */
export function encodeQuery(query: readonly (readonly [string, string])[]): string {
  return query.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&')
}

function segment(text: string, what: string): string {
  if (text === '' || text === '.' || text === '..') {
    throw new CliError({ kind: 'usage', message: `${JSON.stringify(text)} is not a valid ${what}` })
  }
  return encodeURIComponent(text)
}

function core(plural: string): Resource {
  return { group: '', version: 'v1', plural, namespaced: true }
}

function cnpg(plural: string): Resource {
  return { group: CNPG_GROUP, version: CNPG_VERSION, plural, namespaced: true }
}

function webhooks(plural: string): Resource {
  return { group: 'admissionregistration.k8s.io', version: 'v1', plural, namespaced: false }
}
