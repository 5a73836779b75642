import type { Context, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Wanted } from '../../model/logs/filter.ts'
import { DirectIntake, type Intake, MergedIntake, type Origin, type OriginLine, rawLine } from './intake.ts'
import { formOf, groupSizeOf } from './options.ts'
import { Pipeline, rawFilter } from './pipeline.ts'
import type { Sink } from './sink.ts'
import { flushInTime } from './ticker.ts'

/** Lines as they are, for people, or each a JSON object. */
export type Format = 'raw' | 'text' | 'json'

export interface Output {
  intake: Intake
  /** Writes what is held back, on every way out. */
  close(): Promise<void>
}

/** How long followed lines wait for older ones of other containers, in milliseconds. */
const HOLD_MS = 200

/** Makes the way of the lines from the containers to `sink`, as the options ask for. */
export async function openOutput(
  context: Context,
  format: Format,
  options: OptionValues,
  wanted: Wanted,
  sink: Sink,
  toFile: boolean,
): Promise<Output> {
  const { clock, stdout } = context.host
  const hold = options['follow'] === true ? HOLD_MS : 0
  if (format !== 'raw') {
    const form = await formOf(format, options, context, toFile)
    const pipeline = new Pipeline({ wanted, form, groupSize: groupSizeOf(options) })
    const ticker = flushInTime(pipeline, sink, clock)
    const intake = new MergedIntake(hold, clock, context.signal, async (lines) => {
      const at = clock.monotonic()
      let text = ''
      for (const { text: line, time, origin } of lines) text += pipeline.pushOne(line, at, { ...origin, time })
      await sink.write(text)
      return !sink.closed
    })
    return {
      intake,
      async close() {
        ticker.stop()
        await sink.write(pipeline.rest())
      },
    }
  }

  const form = {
    timestamps: options['timestamps'] === true,
    prefix: options['prefix'] === true,
    safe: !toFile && stdout.isTTY,
  }
  const passes = rawFilter(wanted)
  const textOf = ({ pod, container }: Origin, time: string, text: string): string => {
    const origin = { pod, container, time }
    return passes === undefined || passes(text, origin) ? rawLine(origin, text, form) : ''
  }
  const write = async (lines: readonly OriginLine[]): Promise<boolean> => {
    let all = ''
    for (const { origin, time, text } of lines) all += textOf(origin, time, text)
    await sink.write(all)
    return !sink.closed
  }
  const intake =
    options['merge'] === true ? new MergedIntake(hold, clock, context.signal, write) : new DirectIntake(write)
  return { intake, close: async () => undefined }
}

/** The form that `--format` and `--pretty` ask for. Throws CliError of kind usage when they contradict each other. */
export function formatOf(options: OptionValues): Format {
  const format = options['format'] as Format | undefined
  if (options['pretty'] !== true) return format ?? 'raw'
  if (format === undefined || format === 'text') return 'text'
  throw new CliError({ kind: 'usage', message: `--pretty and --format ${format} do not go together` })
}
