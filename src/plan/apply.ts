import type { KubeObject } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Clock } from '../host/types.ts'
import { wasNeverSent } from '../kube/connection-failure.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { Session } from '../kube/session.ts'
import { mayHaveShown, shows } from './evidence.ts'
import { premiseChanges, undoOf } from './plan.ts'
import type { ObjectRef, Plan, PlannedRequest, Step } from './plan.ts'

export interface ApplyOptions {
  clock: Clock
  /** The user's interruption. */
  signal: AbortSignal
  /** Sends every request with `dryRun=All`: the server checks and stores nothing. */
  dryRun: boolean
  /** Steps of the same change that were accepted before. */
  before?: readonly Step[]
  /**
   * Reads the objects concerned anew and plans again with the same intent; called after a conflict.
   * `before` are the steps accepted until then. Throws CliError.
   */
  again(before: readonly Step[]): Promise<Plan>
  /** Writes one line of the record of what was changed, for stderr. */
  say(line: string): Promise<void>
}

/** A step that the server accepted. */
export interface Applied {
  step: Step
  /** `clock.monotonic()` when the request left. */
  sentAt: number
}

/** Pauses before the tries after a conflict, in milliseconds (spec/commands-core.md 1.12). */
const CONFLICT_PAUSES = [10, 50, 250]
/** Sends of one step whose answer was lost, at most. */
const MOST_SENDS = 3
/** How long it may take to find out whether a request was carried out; less when the user wants to leave. */
const LOOK_MS = 10_000
const LOOK_IN_HASTE_MS = 1_500

/** Path of a planned request: of the object, or of the list that a new one is added to. */
export function pathOfRequest({ method, object }: Pick<PlannedRequest, 'method' | 'object'>): string {
  return method === 'POST' ? pathOf(Resources[object.kind], { namespace: object.namespace }) : pathOfObject(object)
}

function pathOfObject({ kind, namespace, name, subresource }: ObjectRef): string {
  return pathOf(Resources[kind], { namespace, name, ...(subresource === undefined ? {} : { subresource }) })
}

/**
 * Carries out exactly the steps of a plan, one after the other, and tells of each one. A conflict (409) is met by reading and
 * planning again as long as the plan's premise holds; an answer that was lost by looking whether the object shows the step.
 * Throws CliError that says what has been changed, what has not, and how to undo it.
 */
export async function applyPlan(session: Session, plan: Plan, options: ApplyOptions): Promise<Applied[]> {
  const done: Applied[] = []
  let current = plan
  for (const { id } of plan.steps) {
    for (let conflicts = 0; ; conflicts++) {
      const step = current.steps.find((candidate) => candidate.id === id)
      // Somebody else has done it meanwhile.
      if (step === undefined) break
      const before = [...(options.before ?? []), ...done.map((applied) => applied.step)]
      const sentAt = options.clock.monotonic()
      if ((await perform(session, step, before, options)) === 'done') {
        done.push({ step, sentAt })
        if (!options.dryRun) await options.say(`${step.requested} (${nameOf(step.request)})`)
        break
      }
      const pause = CONFLICT_PAUSES[conflicts]
      if (pause === undefined) throw changedTooOften(step, before)
      await rest(pause, step, before, options)
      const next = await planAnew(step, before, options)
      const changes = premiseChanges(plan, next)
      if (changes.length > 0) throw premiseGone(step, changes, before)
      current = next
    }
  }
  return done
}

/** The pause after a conflict. Throws CliError when the user ends it. */
async function rest(ms: number, step: Step, before: readonly Step[], options: ApplyOptions): Promise<void> {
  const { clock, signal } = options
  await clock.sleep(ms * (1 + Math.random() / 10), signal).catch(() => undefined)
  if (signal.aborted) throw stopped(signal, 'another write had come first, so it was not carried out', step, before)
}

async function planAnew(step: Step, before: readonly Step[], options: ApplyOptions): Promise<Plan> {
  try {
    return await options.again(before)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const { kind, message, code, reason, exitCode, hint } = error
    throw new CliError({
      kind,
      message: `${nameOf(step.request)} was in conflict with another write, and now: ${message}`,
      exitCode,
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      hint: lines(hint, ...(before.length === 0 ? [] : soFar(before))),
    })
  }
}

/** Sends one step until it is known to be carried out, refused or in conflict with what somebody else wrote. */
async function perform(
  session: Session,
  step: Step,
  before: readonly Step[],
  options: ApplyOptions,
): Promise<'done' | 'conflict'> {
  const { signal } = options
  if (signal.aborted) throw stopped(signal, 'nothing of it was sent', step, before)
  for (let sends = 1; ; sends++) {
    const stopListening = onAbort(signal, () => {
      // Before anything else: a second Ctrl-C may end the program at once.
      for (const line of interruptedWhileSending(step, before)) void options.say(line).catch(() => undefined)
    })
    try {
      await send(session, step.request, options)
      return 'done'
    } catch (error) {
      const fate = fateOf(error)
      // The write that came first may be our own, whose answer was lost.
      if (fate === 'conflict') return sends > 1 && (await look(session, step, signal)) === 'done' ? 'done' : 'conflict'
      if (fate === 'refused') throw refused(error, step, before)
      const seen = options.dryRun ? 'unknown' : await look(session, step, signal)
      if (seen === 'done') {
        if (signal.aborted) throw stopped(signal, 'it was carried out', step, [...before, step])
        await options.say('The connection broke before the answer came, but the change was made.')
        return 'done'
      }
      if (signal.aborted) throw stopped(signal, WORDS[seen], step, before)
      if (seen === 'not-done' && fate === 'unknown' && sends < MOST_SENDS) continue
      throw broken(error, fate === 'not-sent' ? 'nothing of it was sent' : WORDS[seen], step, before)
    } finally {
      stopListening()
    }
  }
}

const WORDS = {
  'not-done': 'it had not been carried out when we looked',
  unknown: 'it is not known whether it was carried out',
} as const

async function send(session: Session, request: PlannedRequest, options: ApplyOptions): Promise<void> {
  const { method, contentType } = request
  const body = options.dryRun && method === 'DELETE' ? dryDeletion(request.body) : request.body
  await session.send({
    method,
    path: pathOfRequest(request),
    ...(options.dryRun ? { query: [['dryRun', 'All']] as const } : {}),
    ...(contentType === undefined ? {} : { contentType }),
    ...(body === undefined ? {} : { body }),
    signal: options.signal,
  })
}

/** The server takes the options of a deletion from its body and then does not look at the query: there it would delete. */
function dryDeletion(body: unknown): unknown {
  return { kind: 'DeleteOptions', apiVersion: 'v1', ...(body as object | undefined), dryRun: ['All'] }
}

/** What an error says about the request: certainly refused, in conflict, certainly not sent, or nothing. */
function fateOf(error: unknown): 'refused' | 'conflict' | 'not-sent' | 'unknown' {
  if (!(error instanceof CliError)) return 'unknown'
  if (error.code === 409) return 'conflict'
  if (error.code !== undefined && error.code >= 400 && error.code < 500) return 'refused'
  if (error.kind === 'tls' || error.kind === 'config' || error.kind === 'usage') return 'refused'
  return wasNeverSent(error) ? 'not-sent' : 'unknown'
}

/** Reads the object to see whether the step shows in it. */
async function look(session: Session, step: Step, signal: AbortSignal): Promise<'done' | 'not-done' | 'unknown'> {
  const limit = AbortSignal.timeout(signal.aborted ? LOOK_IN_HASTE_MS : LOOK_MS)
  const { subresource: _status, ...where } = step.request.object
  try {
    const object = await read(session, where, limit)
    if (shows(step.evidence, object)) return 'done'
    return mayHaveShown(step, object) ? 'unknown' : 'not-done'
  } catch {
    return 'unknown'
  }
}

async function read(session: Session, object: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined> {
  try {
    return await session.getJson<KubeObject>(pathOfObject(object), { signal })
  } catch (error) {
    if (error instanceof CliError && error.kind === 'missing') return undefined
    throw error
  }
}

/** `PATCH clusters/mycluster/status` */
function nameOf({ method, object }: PlannedRequest): string {
  const subresource = object.subresource === undefined ? '' : `/${object.subresource}`
  return `${method} ${object.kind.toLowerCase()}/${object.name}${subresource}`
}

function refused(error: unknown, step: Step, before: readonly Step[]): CliError {
  const cause = error as CliError
  return new CliError({
    kind: cause.kind,
    message: `${nameOf(step.request)} was refused: ${cause.message}`,
    ...(cause.code === undefined ? {} : { code: cause.code }),
    ...(cause.reason === undefined ? {} : { reason: cause.reason }),
    hint: lines(cause.hint, ...soFar(before)),
  })
}

function broken(error: unknown, what: string, step: Step, before: readonly Step[]): CliError {
  const cause = error instanceof CliError ? error : undefined
  return new CliError({
    kind: cause?.kind ?? 'failed',
    message: `${nameOf(step.request)} got no answer, and ${what}`,
    hint: lines(whereToLook(step), ...soFar(before)),
    cause: error,
  })
}

function stopped(signal: AbortSignal, what: string, step: Step, done: readonly Step[]): CliError {
  const reason = signal.reason as unknown
  const known = reason instanceof CliError ? reason : undefined
  return new CliError({
    kind: known?.kind ?? 'interrupted',
    message: `${known?.message ?? 'interrupted'} while ${nameOf(step.request)} was to be sent: ${what}`,
    ...(known === undefined ? {} : { exitCode: known.exitCode }),
    hint: lines(what === WORDS.unknown ? whereToLook(step) : undefined, ...soFar(done)),
  })
}

/** All that somebody needs who leaves at once by a second Ctrl-C. */
function interruptedWhileSending(step: Step, before: readonly Step[]): string[] {
  return [
    `Interrupted while this was being sent: ${step.description} (${nameOf(step.request)}); looking whether it was carried out …`,
    ...whereToLook(step).split('\n'),
    ...(before.length === 0 ? [] : soFar(before)),
  ]
}

function premiseGone(step: Step, changes: readonly string[], before: readonly Step[]): CliError {
  return new CliError({
    kind: 'conflict',
    message: `the cluster was changed by somebody else meanwhile: ${changes.join('; ')}`,
    hint: lines(`Not done: ${step.description}. Look again and decide anew.`, ...soFar(before)),
  })
}

function changedTooOften(step: Step, before: readonly Step[]): CliError {
  return new CliError({
    kind: 'conflict',
    message: `${nameOf(step.request)} was in conflict with other writes ${CONFLICT_PAUSES.length + 1} times`,
    hint: lines('Somebody else keeps changing the object. Try again in a moment.', ...soFar(before)),
  })
}

function whereToLook({ request: { object }, undo }: Step): string {
  const { group, plural } = Resources[object.kind]
  const kind = group === '' ? plural : `${plural}.${group}`
  // What a secret holds is not for screens.
  const form = object.kind === 'secrets' ? '' : ' -o yaml'
  const look = `To look: kubectl get ${kind} ${object.name} -n ${object.namespace}${form}`
  return undo === null ? look : `${look}\nTo undo, if it was: ${undo}`
}

/** What has been accepted so far and how to undo it. */
function soFar(done: readonly Step[]): string[] {
  if (done.length === 0) return ['Nothing was changed before it.']
  return [
    `Done before: ${done.map((step) => step.requested).join('; ')}.`,
    ...undoOf(done).map((undo) => `To undo: ${undo}`),
  ]
}

function lines(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined).join('\n')
}

/** Calls back when the signal aborts; returns the way to stop. */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  signal.addEventListener('abort', callback, { once: true })
  return () => signal.removeEventListener('abort', callback)
}
