import { list, map, text } from '../objects.ts'
import type { StoredObject } from '../objects.ts'
import { age, humanDuration } from './ages.ts'
import { AGE, CREATED_AT, NAME, column, wide } from './columns.ts'
import type { Column } from './columns.ts'

const NONE = '<none>'
const UNSET = '<unset>'

/** The columns that Kubernetes itself prints for its own resources, by plural. */
export const CORE_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  namespaces: [NAME, column('Status', (object) => text(object, 'status', 'phase')), AGE],
  nodes: [
    NAME,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    AGE,
    column('Version', (object) => text(object, 'status', 'nodeInfo', 'kubeletVersion')),
    wide('Internal-IP', (object) => nodeAddress(object, 'InternalIP')),
    wide('External-IP', (object) => nodeAddress(object, 'ExternalIP')),
    wide('OS-Image', (object) => text(object, 'status', 'nodeInfo', 'osImage') || '<unknown>'),
    wide('Kernel-Version', (object) => text(object, 'status', 'nodeInfo', 'kernelVersion') || '<unknown>'),
    wide('Container-Runtime', (object) => text(object, 'status', 'nodeInfo', 'containerRuntimeVersion') || '<unknown>'),
  ],
  services: [
    NAME,
    column('Type', (object) => text(object, 'spec', 'type')),
    column('Cluster-IP', (object) => text(object, 'spec', 'clusterIP') || NONE),
    column('External-IP', (object) => (text(object, 'spec', 'type') === 'LoadBalancer' ? '<pending>' : NONE)),
    column('Port(s)', servicePorts),
    AGE,
    wide('Selector', (object) => joined(map(object, 'spec', 'selector'))),
  ],
  endpoints: [NAME, column('Endpoints', () => NONE), AGE],
  endpointslices: [
    NAME,
    column('AddressType', (object) => text(object, 'addressType')),
    column('Ports', (object) => commaList(list(object, 'ports').map((port) => text(port, 'port'))) || UNSET),
    column(
      'Endpoints',
      (object) => commaList(list(object, 'endpoints').flatMap((end) => list(end, 'addresses'))) || UNSET,
    ),
    AGE,
  ],
  secrets: [
    NAME,
    column('Type', (object) => text(object, 'type') || 'Opaque'),
    column('Data', (object) => Object.keys(map(object, 'data')).length),
    AGE,
  ],
  configmaps: [
    NAME,
    column('Data', (object) => Object.keys(map(object, 'data')).length + Object.keys(map(object, 'binaryData')).length),
    AGE,
  ],
  serviceaccounts: [NAME, column('Secrets', (object) => list(object, 'secrets').length), AGE],
  persistentvolumeclaims: [
    NAME,
    column('Status', (object) => (object.metadata.deletionTimestamp ? 'Terminating' : text(object, 'status', 'phase'))),
    column('Volume', (object) => text(object, 'spec', 'volumeName')),
    column('Capacity', (object) => text(object, 'status', 'capacity', 'storage')),
    column('Access Modes', (object) => accessModes(list(object, 'status', 'accessModes'))),
    column('StorageClass', (object) => text(object, 'spec', 'storageClassName')),
    column('VolumeAttributesClass', (object) => text(object, 'spec', 'volumeAttributesClassName') || UNSET),
    AGE,
    wide('VolumeMode', (object) => text(object, 'spec', 'volumeMode') || UNSET),
  ],
  persistentvolumes: [
    NAME,
    column('Capacity', (object) => text(object, 'spec', 'capacity', 'storage')),
    column('Access Modes', (object) => accessModes(list(object, 'spec', 'accessModes'))),
    column('Reclaim Policy', (object) => text(object, 'spec', 'persistentVolumeReclaimPolicy')),
    column('Status', (object) => text(object, 'status', 'phase')),
    column('Claim', (object) => {
      const name = text(object, 'spec', 'claimRef', 'name')
      return name === '' ? '' : `${text(object, 'spec', 'claimRef', 'namespace')}/${name}`
    }),
    column('StorageClass', (object) => text(object, 'spec', 'storageClassName')),
    column('VolumeAttributesClass', (object) => text(object, 'spec', 'volumeAttributesClassName') || UNSET),
    column('Reason', (object) => text(object, 'status', 'reason')),
    AGE,
    wide('VolumeMode', (object) => text(object, 'spec', 'volumeMode') || UNSET),
  ],
  deployments: [
    NAME,
    column('Ready', (object) => `${number(object, 'status', 'readyReplicas')}/${number(object, 'spec', 'replicas')}`),
    column('Up-to-date', (object) => number(object, 'status', 'updatedReplicas'), { type: 'integer' }),
    column('Available', (object) => number(object, 'status', 'availableReplicas'), { type: 'integer' }),
    AGE,
    ...templateColumns(),
  ],
  replicasets: [
    NAME,
    column('Desired', (object) => number(object, 'spec', 'replicas'), { type: 'integer' }),
    column('Current', (object) => number(object, 'status', 'replicas'), { type: 'integer' }),
    column('Ready', (object) => number(object, 'status', 'readyReplicas'), { type: 'integer' }),
    AGE,
    ...templateColumns(),
  ],
  statefulsets: [
    NAME,
    column('Ready', (object) => `${number(object, 'status', 'readyReplicas')}/${number(object, 'spec', 'replicas')}`),
    AGE,
    ...templateColumns().slice(0, 2),
  ],
  jobs: [
    NAME,
    column('Status', jobStatus),
    column('Completions', (object) => {
      const wanted = text(object, 'spec', 'completions')
      return `${number(object, 'status', 'succeeded')}/${wanted || '1'}`
    }),
    column('Duration', jobDuration),
    AGE,
    ...templateColumns(),
  ],
  poddisruptionbudgets: [
    NAME,
    column('Min Available', (object) => text(object, 'spec', 'minAvailable') || 'N/A'),
    column('Max Unavailable', (object) => text(object, 'spec', 'maxUnavailable') || 'N/A'),
    column('Allowed Disruptions', (object) => number(object, 'status', 'disruptionsAllowed'), { type: 'integer' }),
    AGE,
  ],
  events: [
    column('Last Seen', lastSeen),
    column('Type', (object) => text(object, 'type')),
    column('Reason', (object) => text(object, 'reason')),
    column('Object', (object) => {
      return `${text(object, 'involvedObject', 'kind').toLowerCase()}/${text(object, 'involvedObject', 'name')}`
    }),
    wide('Subobject', (object) => text(object, 'involvedObject', 'fieldPath')),
    wide('Source', (object) => {
      const component = text(object, 'source', 'component') || text(object, 'reportingComponent')
      return [component, text(object, 'source', 'host')].filter(Boolean).join(', ')
    }),
    column('Message', (object) => text(object, 'message').trim()),
    wide('First Seen', (object, now) => age(object['firstTimestamp'] ?? object['eventTime'], now)),
    wide('Count', (object) => number(object, 'count') || 1),
    wide('Name', (object) => object.metadata.name),
  ],
  leases: [NAME, column('Holder', (object) => text(object, 'spec', 'holderIdentity')), AGE],
  customresourcedefinitions: [NAME, CREATED_AT],
  roles: [NAME, CREATED_AT],
  clusterroles: [NAME, CREATED_AT],
  rolebindings: [NAME, column('Role', roleOf), AGE],
  clusterrolebindings: [NAME, column('Role', roleOf), AGE],
}

function number(object: StoredObject, ...keys: string[]): number {
  return Number(text(object, ...keys))
}

function commaList(values: unknown[]): string {
  const shown = values.slice(0, 3).map(String).join(',')
  return values.length > 3 ? `${shown} + ${values.length - 3} more...` : shown
}

function joined(labels: Record<string, unknown>): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${text(labels, key)}`)
  return pairs.join(',') || NONE
}

function accessModes(modes: unknown[]): string {
  const short: Record<string, string> = {
    ReadWriteOnce: 'RWO',
    ReadOnlyMany: 'ROX',
    ReadWriteMany: 'RWX',
    ReadWriteOncePod: 'RWOP',
  }
  return modes.map((mode) => short[String(mode)] ?? String(mode)).join(',')
}

function servicePorts(object: StoredObject): string {
  const ports = list(object, 'spec', 'ports').map((port) => {
    const nodePort = text(port, 'nodePort')
    return `${text(port, 'port')}${nodePort === '' ? '' : `:${nodePort}`}/${text(port, 'protocol') || 'TCP'}`
  })
  return ports.join(',') || NONE
}

function nodeStatus(object: StoredObject): string {
  const ready = list(object, 'status', 'conditions').find((condition) => text(condition, 'type') === 'Ready')
  const status = ready === undefined ? 'Unknown' : text(ready, 'status') === 'True' ? 'Ready' : 'NotReady'
  return text(object, 'spec', 'unschedulable') === 'true' ? `${status},SchedulingDisabled` : status
}

function nodeRoles(object: StoredObject): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.keys(object.metadata.labels ?? {})
    .filter((label) => label.startsWith(prefix))
    .map((label) => label.slice(prefix.length))
  return roles.sort().join(',') || NONE
}

function nodeAddress(object: StoredObject, type: string): string {
  const found = list(object, 'status', 'addresses').find((address) => text(address, 'type') === type)
  return text(found, 'address') || NONE
}

function jobStatus(object: StoredObject): string {
  const isTrue = (type: string): boolean =>
    list(object, 'status', 'conditions').some(
      (condition) => text(condition, 'type') === type && text(condition, 'status') === 'True',
    )
  if (isTrue('Complete')) return 'Complete'
  if (isTrue('Failed')) return 'Failed'
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating'
  return isTrue('Suspended') ? 'Suspended' : 'Running'
}

function jobDuration(object: StoredObject, now: Date): string {
  const start = Date.parse(text(object, 'status', 'startTime'))
  if (Number.isNaN(start)) return ''
  const end = Date.parse(text(object, 'status', 'completionTime'))
  return humanDuration((Number.isNaN(end) ? now.getTime() : end) - start)
}

function lastSeen(object: StoredObject, now: Date): string {
  return age(object['lastTimestamp'] ?? object['eventTime'] ?? object['firstTimestamp'], now)
}

function roleOf(object: StoredObject): string {
  return `${text(object, 'roleRef', 'kind')}/${text(object, 'roleRef', 'name')}`
}

function templateColumns(): Column[] {
  const containers = (object: StoredObject): unknown[] => list(object, 'spec', 'template', 'spec', 'containers')
  const selector = (object: StoredObject): string => joined(map(object, 'spec', 'selector', 'matchLabels'))
  return [
    wide('Containers', (object) =>
      containers(object)
        .map((container) => text(container, 'name'))
        .join(','),
    ),
    wide('Images', (object) =>
      containers(object)
        .map((container) => text(container, 'image'))
        .join(','),
    ),
    wide('Selector', selector),
  ]
}
