import { BARMAN_PLUGIN } from '../api/constants.ts'
import { isBackupFailed } from '../api/backup-phases.ts'
import { parseLsn } from '../model/lsn.ts'
import { serverOf, walArchiver } from '../model/recovery/source.ts'
import { because } from '../model/rules/words.ts'
import { quantityBytes } from '../model/backups/quantity.ts'
import type { Check } from './plan.ts'
import type { RestoreView } from './restore-view.ts'

/** What stands in the way of a restore: what can only fail, and, where `--force` helps, what probably will. */
export function restoreChecks(view: RestoreView): Check[] {
  const { state, intent } = view
  const taken: Check[] = state.taken
    ? [never('name-taken', `there is a cluster ${intent.name} already: give another --name`)]
    : []
  return [...taken, ...baseChecks(view), ...targetChecks(view), ...sourceChecks(view), ...newClusterChecks(view)]
}

/** The backup that was chosen, or whether there is one. */
function baseChecks({ state, intent, ground, window }: RestoreView): Check[] {
  const { base } = ground
  if (intent.backup !== null && base === null) {
    return [never('no-backup', `there is no Backup ${intent.backup} of cluster ${state.cluster}`)]
  }
  if (base !== null) {
    if (base.phase === 'completed') return []
    const how = isBackupFailed(base.phase)
      ? `failed${because(base.error)}`
      : `is not done (${base.phase ?? 'not picked up yet'})`
    return [never('backup-not-completed', `backup ${base.name} ${how}`)]
  }
  if (intent.target.kind === 'backup') return [never('no-backup', 'no completed backup is known')]
  // The store may hold backups whose objects are gone: the first point of recoverability tells.
  const known = window.from !== null
  if (known && intent.target.kind === 'latest') return []
  if (known && intent.target.kind === 'time' && Date.parse(window.from ?? '') <= Date.parse(intent.target.time))
    return []
  const message = noBase(state.backups.length, intent.target, window.from)
  return [{ id: 'no-backup', message, forcible: known && intent.target.kind === 'lsn' }]
}

function noBase(backups: number, target: RestoreView['intent']['target'], from: string | null): string {
  const since = from === null ? '' : `; recoverable from ${from}`
  if (backups === 0) return `there is no backup${since}`
  if (target.kind === 'time') return `no completed backup ended before ${target.time}${since}`
  if (target.kind === 'lsn') return `no completed backup ended before LSN ${target.lsn}${since}`
  return 'no backup is completed'
}

/** Is the target inside of what can be recovered? */
function targetChecks(view: RestoreView): Check[] {
  const { target } = view.intent
  if (target.kind === 'time') return timeChecks(view, target.time)
  return target.kind === 'lsn' ? lsnChecks(view, target.lsn) : []
}

function timeChecks({ state, ground, window, from }: RestoreView, time: string): Check[] {
  const at = Date.parse(time)
  if (at > Date.parse(state.takenAt))
    return [never('target-in-future', `${time} has not come yet (it is ${state.takenAt})`)]
  const stoppedAt = ground.base?.stoppedAt ?? null
  if (stoppedAt !== null && at < Date.parse(stoppedAt)) {
    return [never('target-before-backup', `backup ${ground.base?.name} ended at ${stoppedAt}, after ${time}`)]
  }
  // Of snapshots the operator knows no point: their own end is what counts.
  if (
    ground.base !== null &&
    (from?.snapshots ?? null) === null &&
    window.from !== null &&
    at < Date.parse(window.from)
  ) {
    return [never('target-before-window', `${time} is before the first point of recoverability, ${window.from}`)]
  }
  if (window.until === null || at <= Date.parse(window.until)) return []
  return [beyond(`${time} is after the last archived WAL (${window.lastWal}, ${window.until})`)]
}

function lsnChecks({ ground, window }: RestoreView, lsn: string): Check[] {
  const position = parseLsn(lsn) ?? 0n
  const end = parseLsn(ground.base?.endLsn)
  if (end !== undefined && position < end) {
    return [
      never('target-before-backup', `backup ${ground.base?.name} ended at LSN ${ground.base?.endLsn}, behind ${lsn}`),
    ]
  }
  if (window.untilLsn === null || position <= window.untilLsn) return []
  return [beyond(`LSN ${lsn} is behind the end of the last archived WAL file, ${window.lastWal}`)]
}

/** PostgreSQL ends a recovery that does not reach its target with an error (since version 13). */
function beyond(what: string): Check {
  const message = `${what}: the recovery would not reach it and fail; --latest recovers all there is`
  return { id: 'target-beyond-archive', message, forcible: true }
}

function sourceChecks({ state, intent, ground, from }: RestoreView): Check[] {
  const { base, source } = ground
  if (from === null) {
    if (base?.method !== 'plugin') return base === null ? [] : [never('no-source', 'nothing tells where its files are')]
    const what =
      source === null ? `the Cluster ${state.cluster} is gone` : `the Cluster does not use plugin ${base.plugin ?? ''}`
    return [never('no-source', `${what}, and with it where its plugin keeps the backups: give --object-store`)]
  }
  const needsWal = intent.target.kind !== 'backup' || base?.online !== false
  const archive = from.objectStore !== null || from.plugin !== null || from.backup !== null
  if (from.snapshots !== null && needsWal && !archive) {
    const what = 'there is no WAL archive, and snapshots of a running server need one'
    return [{ id: 'no-archive', message: what, forcible: true }]
  }
  if (intent.target.kind === 'backup' && from.snapshots === null && base !== null && base.backupId === null) {
    return [never('no-backup-id', `backup ${base.name} has no ID: give a time or --latest`)]
  }
  return []
}

/** What the new Cluster needs. */
function newClusterChecks({ state, intent, ground, status }: RestoreView): Check[] {
  const { source, base } = ground
  const checks: Check[] = []
  if (source === null && intent.storageSize === null) {
    checks.push(
      never(
        'no-storage',
        `the Cluster ${state.cluster} is gone, and with it the size of its volumes: give --storage-size`,
      ),
    )
  }
  const major = base?.majorVersion ?? null
  if (source === null && intent.image === null) {
    const wanted = major === null ? 'the image of its PostgreSQL' : `an image of PostgreSQL ${major}`
    checks.push({
      id: 'no-image',
      message: `the Cluster is gone, and with it its image: give ${wanted} by --image`,
      forcible: true,
    })
  }
  const now = source?.status?.pgDataImageInfo?.majorVersion
  if (major !== null && now !== undefined && now !== major && intent.image === null) {
    const message = `the backup is of PostgreSQL ${major}, and the cluster runs ${now} by now: give the image of that time by --image`
    checks.push(never('other-major', message))
  }
  return [...checks, ...overwriting(intent, ground, status)]
}

/** Two servers in one folder destroy each other's archive. */
function overwriting(
  intent: RestoreView['intent'],
  { source, cluster }: RestoreView['ground'],
  status: RestoreView['status'],
): Check[] {
  if (source === null || !intent.archive) return []
  const own = intent.serverName ?? intent.name
  const store = source.spec.backup?.barmanObjectStore
  const used = [
    ...(store === undefined ? [] : [serverOf(store, cluster)]),
    ...(walArchiver(source) === undefined ? [] : [status?.backup.plugin?.serverName ?? cluster]),
  ]
  if (!used.includes(own)) return []
  return [
    never(
      'archives-over',
      `it would archive as server ${own}, over the archive of ${cluster}: give another --server-name`,
    ),
  ]
}

/** What the user should know of a restore that can be made. */
export function restoreWarnings(view: RestoreView): string[] {
  const { state, intent, ground, window, from } = view
  const { base, source } = ground
  const warnings: string[] = []
  const toTheEnd = intent.target.kind === 'latest'
  if (toTheEnd && (window.archiving === 'failing' || window.archiving === 'disabled')) {
    warnings.push(
      `WAL archiving ${window.archiving === 'failing' ? 'fails' : 'is switched off'}: what came after ${window.lastWal ?? 'the last archived file'} will be missing`,
    )
  }
  if (intent.target.kind !== 'backup' && window.until === null) {
    warnings.push('the end of the archived WAL is not known, so that the target could not be checked against it')
  }
  if (base?.retention === 'obsolete')
    warnings.push(`backup ${base.name} is beyond ${base.retentionPolicy}: it may have been removed`)
  if (base === null && from !== null && baseChecks(view).length === 0) {
    warnings.push('no Backup object tells of the base: the operator looks for it in the store')
  }
  const missing = missingWal(ground, window)
  if (missing !== null) warnings.push(missing)
  if (source === null)
    warnings.push(`the Cluster ${state.cluster} is gone: parameters, resources and roles of it are not known`)
  const plugin = from?.plugin
  if (plugin && source !== null && plugin.name !== BARMAN_PLUGIN) {
    warnings.push(`whether plugin ${plugin.name} recovers with the parameters of the source, its documentation tells`)
  }
  warnings.push(...tooSmall(intent, base), ...secretsOf(ground, intent))
  return warnings
}

/** A backup can be restored only once its own WAL is archived; names of one timeline are in order. */
function missingWal({ base, source }: RestoreView['ground'], { lastWal }: RestoreView['window']): string | null {
  const [needed, timeline] = [base?.endWal ?? null, 8]
  if (source === null || needed === null || lastWal === null) return null
  if (needed.slice(0, timeline) !== lastWal.slice(0, timeline) || needed <= lastWal) return null
  return `backup ${base?.name} needs WAL file ${needed}, which is not archived yet (last: ${lastWal})`
}

/** Volumes made from snapshots cannot be smaller. */
function tooSmall({ storageSize }: RestoreView['intent'], base: RestoreView['ground']['base']): string[] {
  const [wanted, needed] = [quantityBytes(storageSize), base?.snapshots.length === 1 ? base.bytes : null]
  if (wanted === null || needed === null || wanted >= needed) return []
  return [`--storage-size ${storageSize} is less than the snapshot holds`]
}

/** Passwords come from secrets, which no backup holds. */
function secretsOf({ source }: RestoreView['ground'], { name }: RestoreView['intent']): string[] {
  const sections = source?.spec.bootstrap
  const database = sections?.initdb?.database ?? sections?.recovery?.database ?? sections?.pg_basebackup?.database
  const given = sections?.initdb?.secret ?? sections?.recovery?.secret ?? sections?.pg_basebackup?.secret
  if (database === undefined || given !== undefined) return []
  return [`the application gets a new password, in the secret ${name}-app`]
}

function never(id: string, message: string): Check {
  return { id, message, forcible: false }
}
