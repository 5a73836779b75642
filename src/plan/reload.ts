import { Annotations } from '../api/constants.ts'
import type { ClusterSnapshot, LiveSetting } from '../api/snapshot.ts'
import type { ClusterStatus } from '../model/cluster-status.ts'
import { command } from '../model/rules/words.ts'
import { sortedByName } from '../model/server-state.ts'
import { buildStatus } from '../model/status.ts'
import type { Check, Fact, Plan } from './plan.ts'
import { isLive, isOfSession } from './setting-value.ts'
import { annotationPatch, microseconds } from './status-change.ts'

/** The operator completes this list by itself (spec/wire-formats.md B.2), so the spec's text need not be the live one. */
const COMPLETED_BY_OPERATOR: ReadonlySet<string> = new Set(['shared_preload_libraries'])

/** Names of the parameters whose values a reload has to prove. */
export function parametersOf({ cluster }: ClusterSnapshot): string[] {
  const names = Object.keys(cluster.spec.postgresql?.parameters ?? {})
  return names.filter((name) => !COMPLETED_BY_OPERATOR.has(name)).sort()
}

/** One parameter on one instance that does not run with the value of the spec. */
export interface Deviation {
  instance: string
  parameter: string
  /**
   * `restart`: it waits for one; `error`: the file holds a value that the server refuses; `overridden`: another file wins;
   * `hidden`: shown to superusers only, and we are none; `not-yet`: the server has not got it, or nobody knows.
   */
  kind: 'restart' | 'error' | 'overridden' | 'hidden' | 'not-yet'
  /** A part of a sentence. */
  words: string
}

/** What every instance that told its settings lacks; and which did not tell. Fenced ones do not run, so they do not count. */
export function deviations(snapshot: ClusterSnapshot): { found: Deviation[]; told: string[]; silent: string[] } {
  const status = buildStatus(snapshot)
  const wanted = snapshot.cluster.spec.postgresql?.parameters ?? {}
  const running = sortedByName(status.instances.filter((each) => !each.fenced && each.presence !== 'absent')).map(
    ({ name }) => name,
  )
  const [found, told, silent]: [Deviation[], string[], string[]] = [[], [], []]
  for (const instance of running) {
    const details = snapshot.instances.find(({ pod }) => pod === instance)?.details
    const settings = details?.ok ? details.value.settings : undefined
    if (settings === undefined) {
      silent.push(instance)
      continue
    }
    told.push(instance)
    const bySuperuser = settings.some(({ shown }) => shown !== null)
    const live = new Map(settings.map((setting) => [setting.name, setting]))
    for (const parameter of parametersOf(snapshot)) {
      const deviation = deviationOf(instance, parameter, wanted[parameter] ?? '', live.get(parameter), bySuperuser)
      if (deviation !== undefined) found.push(deviation)
    }
  }
  return { found, told, silent }
}

function deviationOf(
  instance: string,
  parameter: string,
  wanted: string,
  live: LiveSetting | undefined,
  bySuperuser: boolean,
): Deviation | undefined {
  const make = (kind: Deviation['kind'], words: string): Deviation => ({ instance, parameter, kind, words })
  if (live === undefined) return make('not-yet', `${parameter} is not known`)
  // A superuser is told how every value is shown.
  const hidden = (live.setting === null && live.shown === null) || isOfSession(live)
  if (hidden && !bySuperuser) return make('hidden', parameter)
  const has = (isOfSession(live) ? live.inFile : (live.shown ?? live.setting)) ?? 'unknown'
  if (live.pendingRestart) return make('restart', `${parameter} ${has} -> ${live.inFile ?? wanted}`)
  if (isLive(wanted, live)) return undefined
  // Before the server has read the file again, a value that needs a restart only looks like one that it refuses.
  if (live.error !== null && live.loaded === true)
    return make('error', `${parameter} = ${live.inFile ?? wanted}: ${live.error}`)
  if (live.file?.endsWith('postgresql.auto.conf') === true) {
    return make('overridden', `${parameter} is ${has} by ALTER SYSTEM, not ${wanted}`)
  }
  const doubt = live.error === null ? '' : ` (${live.error})`
  return make('not-yet', `${parameter} is ${has}, not ${wanted}${doubt}`)
}

/** The plan of a reload (spec/commands-core.md 6): the same annotation as the official's. */
export function planReload(snapshot: ClusterSnapshot, at: Date): Plan {
  const status = buildStatus(snapshot)
  const { namespace, name } = status.summary
  const stamp = microseconds(at)
  const path = ['metadata', 'annotations', Annotations.reloadedAt]
  return {
    change: 'reload',
    target: `${namespace}/${name}`,
    instances: status.instances.map((instance) => instance.name),
    title: `Reload of ${namespace}/${name}`,
    facts: factsOf(snapshot),
    checks: checksOf(status),
    warnings: warningsOf(status),
    steps: [
      {
        id: 'reloaded-at',
        description: `set the annotation ${Annotations.reloadedAt}; the operator hands out the configuration again`,
        requested: `reload of ${name} requested`,
        request: annotationPatch(snapshot.cluster, Annotations.reloadedAt, stamp),
        evidence: { kind: 'members', members: [{ path, value: stamp }] },
        undo: null,
      },
    ],
    staged: false,
    nothing: null,
    premise: {},
    consent: { question: `Reload ${name}?`, typed: null, always: null },
    proof: 'every parameter of the spec is live on every instance, or waits for a restart',
    follow: command(status, 'kubectl cnpg status CLUSTER -w') ?? '',
  }
}

function checksOf({ hibernation, summary }: ClusterStatus): Check[] {
  if (hibernation?.hibernated !== true) return []
  const message = `${summary.namespace}/${summary.name} is hibernated: there is no server to reload`
  return [{ id: 'hibernated', message, forcible: false }]
}

function warningsOf({ instances }: ClusterStatus): string[] {
  const fenced = instances.filter((instance) => instance.fenced).map(({ name }) => name)
  if (fenced.length === 0) return []
  const [is, reads] = fenced.length === 1 ? ['is', 'it reads'] : ['are', 'they read']
  return [`${fenced.join(', ')} ${is} fenced: ${reads} the configuration when started again`]
}

function factsOf(snapshot: ClusterSnapshot): Fact[] {
  const { found, told, silent } = deviations(snapshot)
  const count = parametersOf(snapshot).length
  const facts: Fact[] = [{ label: 'parameters', text: `${count} in the spec`, tone: 'plain' }]
  const visible = found.filter(({ kind }) => kind !== 'hidden')
  for (const [index, { instance, words }] of visible.entries()) {
    facts.push({ label: index === 0 ? 'not live' : '', text: `${instance}: ${words}`, tone: 'warn' })
  }
  const hidden = new Set(found.filter(({ kind }) => kind === 'hidden').map(({ parameter }) => parameter))
  if (hidden.size > 0)
    facts.push({ label: 'not shown', text: `${[...hidden].join(', ')} (needs pods/exec)`, tone: 'warn' })
  if (found.length === 0 && told.length > 0) {
    facts.push({ label: 'not live', text: `none on ${told.join(', ')}`, tone: 'plain' })
  }
  if (silent.length > 0) facts.push({ label: 'not known', text: silent.join(', '), tone: 'warn' })
  return facts
}
