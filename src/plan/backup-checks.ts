import type { Cluster } from '../api/cluster.ts'
import { enabledPlugins } from '../model/backups/method.ts'
import type { BackupWay } from '../model/backups/method.ts'
import type { ClusterStatus } from '../model/cluster-status.ts'
import { command, names } from '../model/rules/words.ts'
import type { BackupIntent } from './backup-object.ts'
import type { Check } from './plan.ts'

/** Labels of Kubernetes hold no more, and snapshots carry the name of their Backup as one (spec/wire-formats.md C). */
const LONGEST_LABEL = 63

/** Why a backup by this way can only fail: what the operator would write into the Backup (recorded backup-objects), told before. */
export function hopelessBackup(cluster: Cluster, way: BackupWay, intent: BackupIntent): Check[] {
  return [...wayChecks(cluster, way), ...flagChecks(way, intent)]
}

function wayChecks(cluster: Cluster, { method, plugin }: BackupWay): Check[] {
  const { backup } = cluster.spec
  switch (method) {
    case 'barmanObjectStore':
      if (backup === undefined) return [never('no-backup-section', 'the Cluster has no backup section')]
      if (backup.barmanObjectStore !== undefined) return []
      return [never('no-object-store', 'the backup section of the Cluster names no object store (barmanObjectStore)')]
    case 'volumeSnapshot':
      if (backup?.volumeSnapshot !== undefined) return []
      return [never('no-volume-snapshots', 'volume snapshots are not configured (spec.backup.volumeSnapshot)')]
    case 'plugin':
      return pluginChecks(cluster, plugin ?? '')
  }
}

function pluginChecks(cluster: Cluster, plugin: string): Check[] {
  const enabled = enabledPlugins(cluster).map(({ name }) => name)
  if (enabled.length === 0) return [never('no-plugin', 'the Cluster has no plugin configured')]
  if (!enabled.includes(plugin)) {
    return [never('no-plugin', `the Cluster does not use the plugin ${plugin} (it uses ${names(enabled)})`)]
  }
  const loaded = cluster.status?.pluginStatus
  if (loaded === undefined || loaded.some(({ name }) => name === plugin)) return []
  const message = `the operator has not loaded the plugin ${plugin}: it may not be installed`
  return [{ id: 'plugin-not-loaded', message, forcible: true, command: 'kubectl cnpg report operator' }]
}

function flagChecks({ method }: BackupWay, intent: BackupIntent): Check[] {
  if (method === 'volumeSnapshot') {
    if (intent.name.length <= LONGEST_LABEL) return []
    const message = `the name has ${intent.name.length} characters, and volume snapshots carry it in a label, which holds ${LONGEST_LABEL}`
    return [never('name-too-long', message)]
  }
  const given = [
    ...(intent.online === undefined ? [] : ['--online']),
    ...(intent.immediateCheckpoint === undefined ? [] : ['--immediate-checkpoint']),
    ...(intent.waitForArchive === undefined ? [] : ['--wait-for-archive']),
  ]
  return given.length === 0 ? [] : [never('online-flags', `${names(given)} can be used with volume snapshots only`)]
}

/** Instances that would have to make it and do not run: the Backup would wait for them (recorded backup.fenced). */
export function targetChecks(status: ClusterStatus, target: 'primary' | 'prefer-standby'): Check[] {
  const { fencing, primary } = status.summary
  const waits = 'the backup would wait until that ends'
  if (fencing.all) {
    return [held('target-fenced', `all instances are fenced: ${waits}`, status, "kubectl cnpg fencing off CLUSTER '*'")]
  }
  const running = status.instances.filter((each) => each.presence !== 'absent' && !each.fenced)
  if (target === 'primary' && primary !== null && fencing.instances.includes(primary)) {
    const off = `kubectl cnpg fencing off CLUSTER ${primary}`
    return [held('target-fenced', `the primary ${primary} is fenced: ${waits}`, status, off)]
  }
  const able = running.filter((each) => each.pod?.ready !== false)
  if (status.instances.length === 0 || able.length > 0) return []
  return [
    held('no-instance', `no instance is ready to make the backup: ${waits}`, status, 'kubectl cnpg status CLUSTER'),
  ]
}

function never(id: string, message: string): Check {
  return { id, message, forcible: false }
}

function held(id: string, message: string, status: ClusterStatus, template: string): Check {
  const text = command(status, template)
  return { id, message, forcible: true, ...(text === null ? {} : { command: text }) }
}
