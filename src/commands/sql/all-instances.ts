import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { describe } from '../../errors/describe.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { type Candidate, troubleText } from '../../model/target.ts'
import type { ResultSink } from '../../postgres/statement.ts'
import type { ResultColumn } from '../../render/results/writer.ts'
import { writerFor } from './output.ts'
import type { SqlRequest } from './request.ts'

/** What one statement gave on one instance. */
interface Result {
  columns: readonly ResultColumn[] | undefined
  rows: (readonly (string | null)[])[]
  tag: string
}

type RunOn = (instance: Candidate, sink: ResultSink) => Promise<void>

/** The column that is more: `name`, of type text. */
const INSTANCE: ResultColumn = { name: 'instance', type: 25 }

/**
 * Runs the statements on all instances at once and prints, statement by statement, the rows of all of them together. An
 * instance that fails costs its own rows and the exit code.
 */
export async function runOnAll(
  request: SqlRequest,
  instances: readonly Candidate[],
  runOn: RunOn,
  context: Context,
): Promise<number> {
  const outcomes = await Promise.all(
    instances.map(async (instance) => {
      const collected = new Collected()
      try {
        if (instance.trouble !== null) throw notAsked(instance)
        await runOn(instance, collected)
        return { name: instance.name, results: collected.results, error: undefined }
      } catch (error) {
        return { name: instance.name, results: collected.results, error }
      }
    }),
  )
  if (context.signal.aborted) throw context.signal.reason
  await context.host.stdout.write(together(request, outcomes, context.host.stdout.isTTY))
  const json = request.format === 'json'
  for (const { name, error } of outcomes) {
    if (error !== undefined) await context.host.stderr.write(describe(named(name, error), { json }))
  }
  return outcomes.some(({ error }) => error !== undefined) ? Exit.failed : Exit.ok
}

/** Keeps all results. */
class Collected implements ResultSink {
  readonly results: Result[] = []
  #current: Result | undefined

  columns(columns: readonly ResultColumn[]): void {
    this.#current = { columns, rows: [], tag: '' }
  }

  row(values: readonly (string | null)[]): void {
    this.#current?.rows.push(values)
  }

  copied(): void {
    throw new CliError({ kind: 'usage', message: 'COPY TO STDOUT works with one instance only' })
  }

  done(tag: string): void {
    this.results.push({ ...(this.#current ?? { columns: undefined, rows: [] }), tag })
    this.#current = undefined
  }
}

function together(
  request: SqlRequest,
  outcomes: readonly { name: string; results: readonly Result[] }[],
  terminal: boolean,
): string {
  const writer = writerFor(request, terminal)
  const most = Math.max(0, ...outcomes.map(({ results }) => results.length))
  let text = ''
  for (let statement = 0; statement < most; statement++) {
    const results = outcomes.flatMap(({ name, results }) => {
      const result = results[statement]
      return result === undefined ? [] : [{ name, ...result }]
    })
    // The columns of one statement are the same everywhere, but for catalogues of different versions.
    for (const group of groupBy(results, ({ columns }) => JSON.stringify(columns?.map(({ name }) => name)))) {
      const [{ columns, tag }] = group
      if (columns === undefined) {
        for (const each of group) text += writer.end(`${each.name}: ${each.tag}`)
        continue
      }
      text += writer.begin([INSTANCE, ...columns])
      for (const { name, rows } of group) for (const row of rows) text += writer.row([name, ...row])
      text += writer.end(tag)
    }
  }
  return text
}

function groupBy<T>(items: readonly T[], key: (item: T) => string | undefined): [T, ...T[]][] {
  const groups = new Map<string | undefined, [T, ...T[]]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return [...groups.values()]
}

function notAsked(instance: Candidate): CliError {
  return new CliError({ kind: 'unreachable', message: `not asked, it does not run (${troubleText(instance)})` })
}

function named(name: string, error: unknown): unknown {
  if (!(error instanceof CliError)) return error
  return new CliError({
    kind: error.kind,
    message: `${name}: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    cause: error.cause,
  })
}
