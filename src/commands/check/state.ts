import { readFile } from 'node:fs/promises'
import { CliError } from '../../errors/cli-error.ts'
import type { Host } from '../../host/types.ts'
import { outcomeOf, remember, sameOutcome, type CheckMemory } from '../../model/check/history.ts'
import type { CheckReport, Failure } from '../../model/check/report.ts'
import { checkReport } from '../../model/check/whole-check.ts'
import { checkJson } from '../../render/check/json.ts'
import { replaceFile, reasonOf } from './files.ts'
import { runHook } from './hook.ts'
import { awaitLock } from './lock.ts'

/** What is asked of the state file. */
export interface StateWish {
  path: string
  /** Runs in which a finding has to be seen before it counts. */
  needed: number
  /** Of --on-change. */
  command: string | undefined
  /** After this many milliseconds what lasts is told again; undefined: never. */
  repeatMs: number | undefined
}

/** Of changes that the command of --on-change could not be told. */
const MOST_UNANNOUNCED = 100

export interface Kept {
  report: CheckReport
  /** Nothing is different from what was printed last. */
  same: boolean
}

/**
 * Holds a report against the file of the last run and writes that anew: changes, findings that were not seen often enough, the
 * command for changes. The file is locked meanwhile. Throws CliError when file or lock cannot be had; the file is then as it was.
 *
 * @param leftMs time that is left, for the lock and for the command
 */
export async function keepState(
  { path, needed, command, repeatMs }: StateWish,
  report: CheckReport,
  single: boolean,
  leftMs: number,
  host: Host,
): Promise<Kept> {
  const { clock } = host
  const release = await awaitLock(`${path}.lock`, { lifeMs: leftMs + 5000, waitMs: leftMs / 2, clock })
  try {
    const previous = await readMemory(path)
    const remembered = remember(previous, report.clusters, { needed, whole: report.failures.length === 0 })
    const again = (failures: readonly Failure[]) => checkReport({ ...report, ...remembered, failures, single })
    let kept = again(report.failures)
    const changes = changesOf(kept)
    const announcement = await announce(kept, changes, previous, command, leftMs, host)
    if (announcement.failure !== undefined) kept = again([...report.failures, announcement.failure])
    const outcome = outcomeOf(kept)
    const same =
      changes.length === 0 && sameOutcome(outcome, previous?.told?.outcome) && !isTimeAgain(previous, kept, repeatMs)
    const memory: CheckMemory = {
      schemaVersion: 1,
      kind: 'CheckState',
      takenAt: report.takenAt,
      clusters: remembered.memory,
      told: same ? (previous?.told ?? null) : { at: report.takenAt, outcome },
      announced: announcement.announced,
      unannounced: announcement.unannounced,
    }
    await replaceFile(path, `${JSON.stringify(memory)}\n`, 0o600)
    return { report: kept, same }
  } finally {
    await release()
  }
}

/** Nothing when there is no file yet. Throws CliError `config` for one that holds something else: it is not written over. */
async function readMemory(path: string): Promise<CheckMemory | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CliError({ kind: 'config', message: `cannot read ${path}: ${reasonOf(error)}` })
  }
  const memory = parsed(text)
  if (memory?.schemaVersion === 1 && memory.kind === 'CheckState') return memory as CheckMemory
  throw new CliError({
    kind: 'config',
    message: `${path} holds no state of a check`,
    hint: 'Name another file, or remove this one to begin anew.',
  })
}

function parsed(text: string): Partial<CheckMemory> | null | undefined {
  try {
    return JSON.parse(text) as Partial<CheckMemory> | null
  } catch {
    return undefined
  }
}

interface Announcement {
  announced: CheckMemory['announced']
  unannounced: string[]
  failure?: Failure
}

/** Runs the user's command when something is different from what it was told last; what it fails to take is told next time. */
async function announce(
  report: CheckReport,
  changes: readonly string[],
  previous: CheckMemory | undefined,
  command: string | undefined,
  leftMs: number,
  host: Host,
): Promise<Announcement> {
  const outcome = outcomeOf(report)
  const open = [...(previous?.unannounced ?? []), ...changes].slice(-MOST_UNANNOUNCED)
  const known = previous?.announced ?? null
  if (command === undefined) return { announced: outcome, unannounced: [] }
  // A first run tells of trouble only.
  const news = known === null ? outcome.state !== 'OK' : !sameOutcome(outcome, known)
  if (!news && open.length === 0) return { announced: known ?? outcome, unannounced: [] }
  const input = {
    schemaVersion: 1,
    kind: 'CheckChange',
    previousState: known?.state ?? null,
    changes: open,
    report: checkJson(report),
  }
  const trouble = await runHook(command, `${JSON.stringify(input)}\n`, leftMs, host)
  if (trouble === undefined) return { announced: outcome, unannounced: [] }
  const failure = { message: `the command of --on-change ${trouble}`, hint: null }
  return { announced: known, unannounced: open, failure }
}

function changesOf({ changes, clusters }: CheckReport): string[] {
  return [
    ...changes,
    ...clusters.flatMap(({ namespace, name, changes: own }) =>
      own.map((change) => `${namespace ?? ''}/${name ?? ''}: ${change}`),
    ),
  ]
}

function isTimeAgain(
  previous: CheckMemory | undefined,
  { takenAt }: CheckReport,
  repeatMs: number | undefined,
): boolean {
  const told = previous?.told?.at
  if (told === undefined || repeatMs === undefined) return false
  return Date.parse(takenAt) - Date.parse(told) >= repeatMs
}
