import { parseDuration } from '../../api/duration.ts'
import type { Context, Invocation, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { CheckReport, Failure } from '../../model/check/report.ts'
import type { Settings } from '../../model/check/settings.ts'
import { checkReport, stateNumber } from '../../model/check/whole-check.ts'
import { selectionOf, singleName } from '../status/selection.ts'
import { checkOnce, failureOf } from './once.ts'
import { TIMEOUT_MS, type CheckForm } from './options.ts'
import { flagSettings } from './settings.ts'
import type { StateWish } from './state.ts'

/** A lock without a limit of the run's time ends after this, in milliseconds. */
const LONGEST_MS = 3_600_000

/** Checks what the command line chooses and prints it; returns the code of monitoring plugins. */
export async function runCheck(invocation: Invocation, context: Context): Promise<number> {
  const { options } = invocation
  if (options['print'] !== undefined) return (await import('./print.ts')).printFor(invocation, context)
  const flags = flagSettings(options)
  const wish = stateWish(options)
  const given = (options['timeout'] as number | undefined) ?? TIMEOUT_MS
  const timeoutMs = given === 0 ? undefined : given
  const release = await lockRun(options['lock'] as string | undefined, timeoutMs ?? LONGEST_MS, context)
  try {
    const { report, same } = await checked(invocation, flags, wish, timeoutMs, context)
    // A run that tells nothing new is still in the exit code.
    const quiet = same && options['quiet-repeat'] !== undefined
    if (!quiet) await context.host.stdout.write(await rendered(report, invocation))
    return stateNumber(report.state)
  } finally {
    await release()
  }
}

/** Reads, holds against the last run, and writes the file of metrics. */
async function checked(
  invocation: Invocation,
  flags: Settings,
  wish: StateWish | undefined,
  timeoutMs: number | undefined,
  context: Context,
): Promise<{ report: CheckReport; same: boolean }> {
  const { options } = invocation
  const { host } = context
  const selection = selectionOf(invocation)
  const single = singleName(selection) !== undefined
  const started = host.clock.monotonic()
  // Something has to be left for the command that is to be told of a change, most of all of the end of the time.
  const readingMs = timeoutMs === undefined || wish?.command === undefined ? timeoutMs : timeoutMs * 0.75
  const read = await checkOnce(selection, flags, options, readingMs, context)
  const leftMs = Math.max(1000, (timeoutMs ?? LONGEST_MS) - (host.clock.monotonic() - started))
  const failing = (report: CheckReport, error: unknown) => {
    if (!(error instanceof CliError)) throw error
    return withFailure(report, failureOf(error), single)
  }
  let kept = { report: read, same: false }
  if (wish !== undefined) {
    const { keepState } = await import('./state.ts')
    kept = await keepState(wish, read, single, leftMs, host).catch((error: unknown) => ({
      report: failing(read, error),
      same: false,
    }))
  }
  const file = options['textfile']
  if (typeof file !== 'string') return kept
  const [{ replaceFile }, { prometheusText }] = await Promise.all([
    import('./files.ts'),
    import('../../render/check/prometheus.ts'),
  ])
  try {
    // Whoever collects it is another user.
    await replaceFile(file, prometheusText(kept.report), 0o644)
    return kept
  } catch (error) {
    return { report: failing(kept.report, error), same: false }
  }
}

/** What the flags say of the state file. Throws CliError (usage) for those that make no sense without one. */
function stateWish(options: OptionValues): StateWish | undefined {
  const path = options['state']
  const needed = options['for'] as number | undefined
  const repeat = options['quiet-repeat']
  if (typeof path !== 'string') {
    const lost = ['for', 'quiet-repeat', 'on-change'].find((flag) => options[flag] !== undefined)
    if (lost === undefined) return undefined
    const hint = `Give the run a file that tells it of the last one: --state FILE --${lost} …`
    throw new CliError({ kind: 'usage', message: `--${lost} needs --state`, hint })
  }
  if (needed !== undefined && needed < 1)
    throw new CliError({ kind: 'usage', message: '--for takes a number of runs from 1 on' })
  const repeatMs = typeof repeat === 'string' ? parseDuration(repeat) : undefined
  if (typeof repeat === 'string' && repeatMs === undefined) {
    throw new CliError({
      kind: 'usage',
      message: `"${repeat}" is no duration for --quiet-repeat`,
      hint: 'For example: --quiet-repeat=24h',
    })
  }
  return { path, needed: needed ?? 1, command: options['on-change'] as string | undefined, repeatMs }
}

/** Takes the lock of --lock. Throws CliError when another run has it. */
async function lockRun(path: string | undefined, timeoutMs: number, { host }: Context): Promise<() => Promise<void>> {
  if (path === undefined) return () => Promise.resolve()
  const { takeLock } = await import('./lock.ts')
  const release = await takeLock(path, timeoutMs + 5000, host.clock)
  if (release !== undefined) return release
  throw new CliError({
    kind: 'failed',
    message: `another check holds ${path}`,
    hint: 'The run before has not ended. It frees the file by itself, at the latest a few seconds after its --timeout.',
  })
}

function withFailure(report: CheckReport, failure: Failure, single: boolean): CheckReport {
  return checkReport({ ...report, failures: [...report.failures, failure], single })
}

async function rendered(report: CheckReport, invocation: Invocation): Promise<string> {
  const single = singleName(selectionOf(invocation)) !== undefined
  switch (invocation.options['output'] as CheckForm) {
    case 'nagios':
      return (await import('../../render/check/nagios.ts')).nagiosText(report, { single })
    case 'json': {
      const [{ renderJson }, { checkJson }] = await Promise.all([
        import('../../render/json.ts'),
        import('../../render/check/json.ts'),
      ])
      return renderJson(checkJson(report))
    }
    case 'prometheus':
      return (await import('../../render/check/prometheus.ts')).prometheusText(report)
    case 'junit':
      return (await import('../../render/check/junit.ts')).junitText(report)
  }
}
