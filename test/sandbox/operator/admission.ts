import { denied } from '../api-server/admission.ts'
import type { AdmissionHook, AdmissionReview } from '../api-server/admission.ts'
import { at, map, text } from '../api-server/objects.ts'
import { invalid } from '../api-server/status.ts'
import { Annotation } from './phases.ts'

const group = 'postgresql.cnpg.io'

/** Parameters that only the operator sets. */
const fixed = [
  'archive_command',
  'cluster_name',
  'data_directory',
  'hba_file',
  'hot_standby',
  'ident_file',
  'listen_addresses',
  'port',
  'primary_conninfo',
  'primary_slot_name',
  'recovery_target_timeline',
  'restart_after_crash',
  'ssl',
  'ssl_ca_file',
  'ssl_cert_file',
  'ssl_key_file',
  'synchronous_standby_names',
  'unix_socket_directories',
]

/** Refuses what the definition of the resources and the operator's webhooks refuse, in their words. */
export const admission: AdmissionHook = (review) => {
  if (review.resource.group !== group || review.object === undefined || review.subresource === 'status') return
  if (review.resource.kind === 'Cluster') checkCluster(review)
  if (review.resource.kind === 'Backup') checkBackup(review)
}

function checkCluster({ object, resource: { kind } }: AdmissionReview): void {
  const name = object?.metadata.name ?? ''
  const instances = at(object, 'spec', 'instances')
  if (typeof instances === 'number' && instances < 1) {
    const why = `Invalid value: ${instances}: spec.instances in body should be greater than or equal to 1`
    throw invalid(group, kind, name, 'spec.instances', why)
  }
  for (const [field, values] of Object.entries(choices)) {
    const value = text(object, 'spec', field)
    if (value === '' || values.includes(value)) continue
    const list = values.map((each) => `"${each}"`).join(', ')
    throw invalid(group, kind, name, `spec.${field}`, `Unsupported value: "${value}": supported values: ${list}`)
  }
  const hibernation = text(object, 'metadata', 'annotations', Annotation.hibernation)
  if (hibernation !== '' && hibernation !== 'on' && hibernation !== 'off') {
    const why = `Invalid value: "${hibernation}": Annotation value for hibernation should be "on" or "off"`
    refuse('vcluster.cnpg.io', 'Cluster', name, `metadata.annotations.${Annotation.hibernation}`, why)
  }
  for (const [parameter, value] of Object.entries(map(object, 'spec', 'postgresql', 'parameters'))) {
    if (!fixed.includes(parameter)) continue
    const why = `Invalid value: "${String(value)}": Can't set fixed configuration parameter`
    refuse('vcluster.cnpg.io', 'Cluster', name, `spec.postgresql.parameters.${parameter}`, why)
  }
}

const choices: Readonly<Record<string, readonly string[]>> = {
  primaryUpdateStrategy: ['unsupervised', 'supervised'],
  primaryUpdateMethod: ['switchover', 'restart'],
}

function checkBackup({ object, operation }: AdmissionReview): void {
  if (operation !== 'CREATE' || object === undefined) return
  const name = object.metadata.name
  const spec = map(object, 'spec')
  object['spec'] = spec
  spec['method'] ??= 'barmanObjectStore'
  if (spec['method'] === 'volumeSnapshot') {
    const why =
      'Invalid value: "volumeSnapshot": Cannot use volumeSnapshot backup method due to missing VolumeSnapshot CRD. ' +
      'If you installed the CRD after having started the operator, please restart it to enable VolumeSnapshot support'
    refuse('vbackup.cnpg.io', 'Backup', name, 'spec.method', why)
  }
  const only = 'parameter can be specified only if the backup method is volumeSnapshot'
  if (typeof spec['online'] === 'boolean') {
    refuse('vbackup.cnpg.io', 'Backup', name, 'spec.online', `Invalid value: ${spec['online']}: Online ${only}`)
  }
  if (spec['onlineConfiguration'] !== undefined) {
    const value = { waitForArchive: true, ...map(spec, 'onlineConfiguration') }
    const why = `Invalid value: ${JSON.stringify(value)}: OnlineConfiguration ${only}`
    refuse('vbackup.cnpg.io', 'Backup', name, 'spec.onlineConfiguration', why)
  }
}

/** As a webhook refuses: the API server leads with the webhook's name and passes the rest on. */
function refuse(webhook: string, kind: string, name: string, field: string, why: string): never {
  const error = invalid(group, kind, name, field, why)
  throw denied(webhook, error.message, error.code, error.reason)
}
