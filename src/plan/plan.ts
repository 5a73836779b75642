/*
 * A change is a plan first (design 3). How a changing command is made:
 *
 * 1. A pure function in this folder, `planX(snapshot, intent, at): Plan`, says everything: what is known before (facts), what
 *    stands in the way (checks), the requests (steps), what will prove them, how to undo them. It never throws for a state of
 *    the cluster; what makes the change impossible is a check that nothing lifts.
 * 2. A pure `goalOfX(plan, before): Goal` (wait.ts) says of one later observation which phases it shows and whether the
 *    outcome is proved, running or failed.
 * 3. The command (commands/) hands both to `runChange` of commands/change/run.ts, which does the rest in this order: read,
 *    plan, `refusalOf` (preflight.ts), show and ask (confirm.ts), `applyPlan` (apply.ts), `waitFor` (wait.ts), report.
 *
 * Rules: "requested" is what a step earns, "done" only the proof. A body with `metadata.resourceVersion` (or preconditions of
 * a delete) is the lock: on 409 `applyPlan` calls `again()`, which reads and plans anew, and goes on with the step of the same
 * id when the premise is the same; else the change ends with what has changed. A step may be sent again only after the object
 * was read again and does not show the step's evidence, so every step must be harmless when it is carried out twice.
 */

/** The kinds that plans change, by their names in kube/resources.ts. */
export type PlannedKind = 'clusters' | 'pods' | 'persistentVolumeClaims' | 'jobs' | 'secrets' | 'backups'

/** The object that a step changes. */
export interface ObjectRef {
  kind: PlannedKind
  namespace: string
  name: string
  subresource?: 'status'
}

export const MERGE_PATCH = 'application/merge-patch+json'

/** One request, complete but for credentials: what `-o yaml` prints is what is sent. */
export interface PlannedRequest {
  /** A POST makes the object, whose name is given, not generated: a 409 then means that there is one already. */
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  object: ObjectRef
  /** Default `application/json`. */
  contentType?: string
  body?: unknown
}

/** How to see, by reading the object, that a step was carried out although its answer was lost. */
export type Evidence =
  /**
   * Every member has this value; undefined is "not there". `passes`: the operator writes other values as it goes on, so that
   * not seeing these proves nothing once the object has changed.
   */
  | { kind: 'members'; members: readonly { path: readonly string[]; value: unknown }[]; passes?: true }
  /** The object is gone, is another one of the same name, or is being deleted. */
  | { kind: 'gone'; uid: string }

export interface Step {
  /** Tells the step from the others of its plan, also when the plan was made anew. */
  id: string
  /** What it does, for the human plan: `set status.targetPrimary to mycluster-2`. */
  description: string
  /** What is true once the server has accepted it, and no more than that: `mycluster-2 requested as primary`. */
  requested: string
  /** The instance it concerns, of steps that concern one. */
  instance?: string
  request: PlannedRequest
  evidence: Evidence
  /** The command or sentence that undoes this step; null when nothing does. */
  undo: string | null
}

/** A row of what is known before the change (spec/screens.md 5). */
export interface Fact {
  label: string
  text: string
  tone: 'plain' | 'good' | 'warn' | 'bad'
}

/** Something that stands in the way. */
export interface Check {
  /** Id of the rule, or one of the command's own. */
  id: string
  /** A sentence with the numbers, without a full stop. */
  message: string
  /** `--force` lifts it. */
  forcible: boolean
  /** The command that helps. */
  command?: string
}

/** How the user is asked (design 6). */
export interface Consent {
  /** Without `[y/N]`: `Promote mycluster-2?` */
  question: string
  /** The word that has to be typed instead of `y`; null where `y` is enough. */
  typed: string | null
  /** Asked for without a terminal too: `--yes` or a typed answer is needed. Says why: `destroys the primary`. */
  always: string | null
}

export interface Plan {
  /** The verb: `promote`, `fencing on`. */
  change: string
  /** What it changes, for sentences: `default/mycluster`. */
  target: string
  /** The instances concerned, e.g. the one to be promoted, or those to be restarted. */
  instances: readonly string[]
  /** First line of the screen: `Switchover of default/mycluster: mycluster-1 (primary) -> mycluster-2`. */
  title: string
  facts: readonly Fact[]
  checks: readonly Check[]
  /** What the user should know and what hinders nothing. */
  warnings: readonly string[]
  /** In order; the next is sent when the one before was accepted. Empty without `nothing`: requested before, only waited for. */
  steps: readonly Step[]
  /** Each step waits until the one before is proved, e.g. one restart after the other. */
  staged: boolean
  /** Set when there is nothing to do: the sentence that says so. `steps` is empty then. */
  nothing: string | null
  /** Facts on which the plan rests; when one of them changes before the change is accepted, it is not made. */
  premise: Readonly<Record<string, string | number | boolean | null>>
  consent: Consent
  /** What will prove the outcome: `mycluster-2 answers as the primary and mycluster-1 follows it`. */
  proof: string
  /** The command that shows how it goes on when nobody waits: `kubectl cnpg status mycluster -w`. */
  follow: string
}

/** What has changed between two plans of one intent, as sentences; empty when the second may stand in for the first. */
export function premiseChanges(before: Plan, now: Plan): string[] {
  const keys = [...new Set([...Object.keys(before.premise), ...Object.keys(now.premise)])]
  return keys.flatMap((key) => {
    const [was, is] = [before.premise[key] ?? null, now.premise[key] ?? null]
    return was === is ? [] : [`${key} was ${was ?? 'none'} and is now ${is ?? 'none'}`]
  })
}

/** How to undo what was accepted so far, newest first; empty when nothing can be undone. */
export function undoOf(steps: readonly Step[]): string[] {
  return [...steps].reverse().flatMap((step) => step.undo ?? [])
}
