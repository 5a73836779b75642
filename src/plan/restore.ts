import { wayText } from '../model/backups/method.ts'
import type { BackupFacts } from '../model/backups/report.ts'
import { restoreManifest } from '../model/recovery/manifest.ts'
import type { RecoverySource, RestoreIntent } from '../model/recovery/types.ts'
import type { RecoveryWindow } from '../model/recovery/window.ts'
import { span } from '../model/rules/words.ts'
import { secondsBetween } from '../model/time.ts'
import type { Fact, Plan, Step } from './plan.ts'
import { restoreChecks, restoreWarnings } from './restore-checks.ts'
import { viewOf } from './restore-view.ts'
import type { RestoreState, RestoreView } from './restore-view.ts'

/** The plan of a restore: one new Cluster that recovers from the backups of another. */
export function planRestore(state: RestoreState, intent: RestoreIntent): Plan {
  const view = viewOf(state, intent)
  const { namespace, cluster } = state
  const made = view.from === null ? null : restoreManifest(view.ground, view.from, intent)
  const target = `${namespace}/${intent.name}`
  const suffix = namespace === 'default' ? '' : ` -n ${namespace}`
  return {
    change: 'restore',
    target,
    instances: [],
    title: `Restore of ${namespace}/${cluster} as the new cluster ${intent.name}`,
    facts: factsOf(view),
    checks: restoreChecks(view),
    warnings: [...state.unread, ...restoreWarnings(view), ...(made?.left ?? [])],
    steps: made === null ? [] : [stepOf(namespace, intent.name, made.manifest, suffix)],
    staged: false,
    nothing: null,
    premise: { 'the base': view.ground.base?.name ?? null },
    consent: { question: `Create the cluster ${target}?`, typed: null, always: null },
    proof: `the primary of ${target} answers`,
    follow: `kubectl cnpg status ${intent.name} -w${suffix}`,
  }
}

function stepOf(namespace: string, name: string, body: { spec: Record<string, unknown> }, suffix: string): Step {
  const value = (body.spec['bootstrap'] as { recovery: unknown }).recovery
  return {
    id: 'restore',
    description: `create the Cluster ${name}; the operator restores it`,
    requested: `cluster/${name} requested`,
    request: { method: 'POST', object: { kind: 'clusters', namespace, name }, body },
    evidence: { kind: 'members', members: [{ path: ['spec', 'bootstrap', 'recovery'], value }] },
    undo: `kubectl delete clusters.postgresql.cnpg.io ${name}${suffix}`,
  }
}

function factsOf(view: RestoreView): Fact[] {
  const { ground, window, from, intent } = view
  return [
    { label: 'up to', text: targetText(view), tone: 'plain' },
    ...(ground.base === null ? [] : [baseFact(ground.base, view.state.takenAt)]),
    ...(from === null ? [] : [{ label: 'from', text: placeText(from), tone: 'plain' as const }]),
    ...(ground.source === null ? [] : [windowFact(window)]),
    ...(intent.archive && ground.source !== null ? [archiveFact(view)] : []),
  ]
}

function targetText({ intent: { target }, ground }: RestoreView): string {
  switch (target.kind) {
    case 'latest':
      return 'the end of the archived WAL'
    case 'time':
      return target.time
    case 'lsn':
      return `LSN ${target.lsn}`
    case 'backup':
      return `the end of the backup${(ground.base?.stoppedAt ?? null) === null ? '' : `, ${ground.base?.stoppedAt}`}`
  }
}

function baseFact({ name, method, plugin, stoppedAt, phase }: BackupFacts, now: string): Fact {
  const age = secondsBetween(stoppedAt, now)
  const ended = age === null ? (phase ?? 'not picked up yet') : `ended ${span(age)} ago`
  const way = wayText({ method, ...(plugin === null ? {} : { plugin }) })
  return { label: 'base', text: `backup ${name}, ${ended}, ${way}`, tone: phase === 'completed' ? 'plain' : 'bad' }
}

function placeText({ snapshots, objectStore, plugin, backup }: RecoverySource): string {
  const archive =
    objectStore !== null
      ? `${text(objectStore['destinationPath'])}, server ${text(objectStore['serverName'])}`
      : plugin === null
        ? null
        : `plugin ${plugin.name}${storeText(plugin.parameters)}`
  if (snapshots !== null) {
    const volumes = `${snapshots.length} volume snapshot${snapshots.length === 1 ? '' : 's'}`
    return archive === null ? volumes : `${volumes}, WAL from ${archive}`
  }
  return archive ?? `what the Backup ${backup ?? ''} says of its store`
}

function storeText({ barmanObjectName, serverName }: Record<string, string>): string {
  return barmanObjectName === undefined ? '' : `, ObjectStore ${barmanObjectName}, server ${serverName ?? ''}`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '?'
}

function windowFact({ from, until, lastWal, archiving }: RecoveryWindow): Fact {
  const begin = from ?? 'not known'
  const end = until === null ? 'not known' : `${until} (${lastWal ?? ''})`
  return { label: 'recoverable', text: `from ${begin} to ${end}`, tone: archiving === 'failing' ? 'warn' : 'plain' }
}

function archiveFact({ intent }: RestoreView): Fact {
  return { label: 'archives as', text: `server ${intent.serverName ?? intent.name}`, tone: 'plain' }
}
