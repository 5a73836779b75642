/** Which resources this server knows, with what Kubernetes' discovery says of them. */
export interface ResourceType {
  group: string
  version: string
  plural: string
  singular: string
  kind: string
  namespaced: boolean
  shortNames: readonly string[]
  categories: readonly string[]
  verbs: readonly string[]
  /** Subresources that are written on their own: `status` guards `.status`, `scale` reads the given paths. */
  status: boolean
  scale?: { spec: string; status: string; selector?: string }
  /** Defined by a CustomResourceDefinition: merge patches instead of strategic ones. */
  custom: boolean
}

interface Traits {
  short?: string[]
  categories?: string[]
  clusterScope?: boolean
  status?: boolean
  scale?: ResourceType['scale']
  verbs?: string[]
}

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

function resource(group: string, version: string, kind: string, plural: string, traits: Traits = {}): ResourceType {
  return {
    group,
    version,
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: traits.clusterScope !== true,
    shortNames: traits.short ?? [],
    categories: traits.categories ?? [],
    verbs: traits.verbs ?? ALL_VERBS,
    status: traits.status ?? false,
    ...(traits.scale === undefined ? {} : { scale: traits.scale }),
    custom: false,
  }
}

/** A resource as a CustomResourceDefinition would add it. */
function customResource(
  group: string,
  version: string,
  kind: string,
  plural: string,
  traits: Traits = {},
): ResourceType {
  return { ...resource(group, version, kind, plural, traits), custom: true }
}

const REVIEW = { verbs: ['create'], clusterScope: true }
const ALL = { categories: ['all'] }
const REPLICAS = { spec: 'spec.replicas', status: 'status.replicas', selector: 'status.selector' }

const CORE: ResourceType[] = [
  resource('', 'v1', 'ConfigMap', 'configmaps', { short: ['cm'] }),
  resource('', 'v1', 'Endpoints', 'endpoints', { short: ['ep'] }),
  resource('', 'v1', 'Event', 'events', { short: ['ev'] }),
  resource('', 'v1', 'Namespace', 'namespaces', { short: ['ns'], clusterScope: true, status: true }),
  resource('', 'v1', 'Node', 'nodes', { short: ['no'], clusterScope: true, status: true }),
  resource('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', { short: ['pvc'], status: true }),
  resource('', 'v1', 'PersistentVolume', 'persistentvolumes', { short: ['pv'], clusterScope: true, status: true }),
  resource('', 'v1', 'Pod', 'pods', { short: ['po'], status: true, ...ALL }),
  resource('', 'v1', 'Secret', 'secrets'),
  resource('', 'v1', 'ServiceAccount', 'serviceaccounts', { short: ['sa'] }),
  resource('', 'v1', 'Service', 'services', { short: ['svc'], status: true, ...ALL }),
  resource('apps', 'v1', 'Deployment', 'deployments', { short: ['deploy'], status: true, scale: REPLICAS, ...ALL }),
  resource('apps', 'v1', 'ReplicaSet', 'replicasets', { short: ['rs'], status: true, scale: REPLICAS, ...ALL }),
  resource('apps', 'v1', 'StatefulSet', 'statefulsets', { short: ['sts'], status: true, scale: REPLICAS, ...ALL }),
  resource('batch', 'v1', 'Job', 'jobs', { status: true, ...ALL }),
  resource('batch', 'v1', 'CronJob', 'cronjobs', { short: ['cj'], status: true, ...ALL }),
  resource('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets', { short: ['pdb'], status: true }),
  resource('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices'),
  resource('coordination.k8s.io', 'v1', 'Lease', 'leases'),
  resource('storage.k8s.io', 'v1', 'StorageClass', 'storageclasses', { short: ['sc'], clusterScope: true }),
  resource('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies', { short: ['netpol'] }),
  resource('rbac.authorization.k8s.io', 'v1', 'Role', 'roles'),
  resource('rbac.authorization.k8s.io', 'v1', 'RoleBinding', 'rolebindings'),
  resource('rbac.authorization.k8s.io', 'v1', 'ClusterRole', 'clusterroles', { clusterScope: true }),
  resource('rbac.authorization.k8s.io', 'v1', 'ClusterRoleBinding', 'clusterrolebindings', { clusterScope: true }),
  resource('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', 'customresourcedefinitions', {
    short: ['crd', 'crds'],
    categories: ['api-extensions'],
    clusterScope: true,
    status: true,
  }),
  resource('admissionregistration.k8s.io', 'v1', 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
    clusterScope: true,
    categories: ['api-extensions'],
  }),
  resource('admissionregistration.k8s.io', 'v1', 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', {
    clusterScope: true,
    categories: ['api-extensions'],
  }),
  resource('authorization.k8s.io', 'v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', REVIEW),
  resource('authorization.k8s.io', 'v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', REVIEW),
  resource('authorization.k8s.io', 'v1', 'SubjectAccessReview', 'subjectaccessreviews', REVIEW),
  resource('authentication.k8s.io', 'v1', 'SelfSubjectReview', 'selfsubjectreviews', REVIEW),
]

const CNPG = 'postgresql.cnpg.io'
const INSTANCES = { spec: 'spec.instances', status: 'status.instances' }

const CUSTOM: ResourceType[] = [
  customResource(CNPG, 'v1', 'Backup', 'backups', { status: true }),
  customResource(CNPG, 'v1', 'ClusterImageCatalog', 'clusterimagecatalogs', { clusterScope: true }),
  customResource(CNPG, 'v1', 'Cluster', 'clusters', {
    status: true,
    scale: { ...INSTANCES, selector: 'status.selector' },
  }),
  customResource(CNPG, 'v1', 'DatabaseRole', 'databaseroles', { status: true }),
  customResource(CNPG, 'v1', 'Database', 'databases', { status: true }),
  customResource(CNPG, 'v1', 'FailoverQuorum', 'failoverquorums', { status: true }),
  customResource(CNPG, 'v1', 'ImageCatalog', 'imagecatalogs'),
  customResource(CNPG, 'v1', 'Pooler', 'poolers', { status: true, scale: INSTANCES }),
  customResource(CNPG, 'v1', 'Publication', 'publications', { status: true }),
  customResource(CNPG, 'v1', 'ScheduledBackup', 'scheduledbackups', { status: true }),
  customResource(CNPG, 'v1', 'Subscription', 'subscriptions', { status: true }),
  customResource('barmancloud.cnpg.io', 'v1', 'ObjectStore', 'objectstores', { status: true }),
  customResource('snapshot.storage.k8s.io', 'v1', 'VolumeSnapshot', 'volumesnapshots', {
    short: ['vs'],
    status: true,
  }),
]

/** Every resource of a cluster with CloudNativePG 1.30 and the snapshot controller. */
export const RESOURCES: readonly ResourceType[] = [...CORE, ...CUSTOM]

/** `v1` or `apps/v1`, as in an object's apiVersion. */
export function groupVersion(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`
}

/** Lookup of resources by the parts of a URL and by the kind of an object. */
export class Registry {
  readonly types: readonly ResourceType[]

  constructor(types: readonly ResourceType[]) {
    this.types = types
  }

  byPlural(group: string, version: string, plural: string): ResourceType | undefined {
    return this.types.find((type) => type.group === group && type.version === version && type.plural === plural)
  }

  byKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.types.find((type) => groupVersion(type) === apiVersion && type.kind === kind)
  }
}

/** Subresources a resource has, with the verbs of each. */
export function subresourcesOf(type: ResourceType): { name: string; kind: string; verbs: string[] }[] {
  const found: { name: string; kind: string; verbs: string[] }[] = []
  if (type.status) found.push({ name: 'status', kind: type.kind, verbs: ['get', 'patch', 'update'] })
  if (type.scale !== undefined) found.push({ name: 'scale', kind: 'Scale', verbs: ['get', 'patch', 'update'] })
  if (type.group === '' && type.plural === 'pods') {
    found.push({ name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] })
    found.push({ name: 'log', kind: 'Pod', verbs: ['get'] })
    found.push({ name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] })
    const proxy = ['create', 'delete', 'get', 'patch', 'update']
    found.push({ name: 'proxy', kind: 'PodProxyOptions', verbs: proxy })
  }
  return found
}
