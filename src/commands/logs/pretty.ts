import type { Command, Context, Invocation } from '../../cli/command.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { LineSplitter } from '../../model/logs/lines.ts'
import { filterOptions, formOf, groupSizeOf, textOptions, wantedOf } from './options.ts'
import { Pipeline } from './pipeline.ts'
import { note } from '../note.ts'
import { readInput } from './input.ts'
import { interruption } from './interruption.ts'
import { Sink } from './sink.ts'
import { flushInTime } from './ticker.ts'

const pretty: Command = {
  name: 'pretty',
  group: 'Troubleshooting',
  summary: 'Make saved or piped logs readable',
  description:
    'Reads the JSON lines of instances, operators and PostgreSQL from a file or stdin and writes them for people: sorted by time, with ' +
    'the detail, hint and statement of PostgreSQL’s records and the cause of errors. Other text is passed on. Lines are held for half a ' +
    'second at most, to be sorted; --- stands where a line came too late for its place. No server is asked.',
  args: [{ name: 'FILE', summary: 'A saved log; without it, or with -, stdin', required: false, completer: 'file' }],
  options: [
    ...filterOptions,
    {
      name: 'format',
      type: 'choice',
      value: 'FORMAT',
      choices: ['text', 'json'],
      default: 'text',
      summary: 'Write text for people, or the JSON lines again, sorted and filtered',
    },
    ...textOptions,
  ],
  examples: [
    { summary: 'What went wrong in a saved log', line: 'logs pretty mycluster.jsonl --min-level warning' },
    {
      summary: 'Follow what PostgreSQL itself logs',
      line: 'logs cluster mycluster -f | kubectl cnpg logs pretty --loggers postgres',
    },
    {
      summary: 'Records about one table, with all they hold',
      line: 'logs pretty mycluster.jsonl --grep \'"orders"\' -vv',
    },
  ],
  rights: [],
  changes: false,
  exitCodes: [
    { code: Exit.ok, meaning: 'the input was read to its end, or the reader of stdout went away' },
    { code: 1, meaning: 'FILE cannot be read, or stdout cannot be written to' },
    { code: Exit.usage, meaning: 'a mistake in the command line' },
    { code: 130, meaning: 'ended by Ctrl-C; what had come until then was written' },
  ],
  run,
}

export default pretty

/** Bytes that are worked on at once. */
const PART = 64 * 1024

async function run({ args, options }: Invocation, context: Context): Promise<number> {
  const { stdin, stdout, clock } = context.host
  const file = args['FILE'] as string | undefined
  const wanted = wantedOf(options, clock.now())
  const groupSize = groupSizeOf(options)
  const form = await formOf(options['format'] as 'text' | 'json', options, context)
  if (file === undefined && stdin.isTTY) await note(context, 'Reading log lines from the terminal; Ctrl-D ends.')

  const pipeline = new Pipeline({ wanted, form, groupSize })
  const sink = new Sink(stdout)
  const lines = new LineSplitter()
  const ticker = flushInTime(pipeline, sink, clock)
  try {
    for await (const chunk of readInput(file, context.host, context.signal)) {
      let text = ''
      for (const part of partsOf(chunk)) text += pipeline.push(lines.push(part), clock.monotonic())
      await sink.write(text)
      if (sink.closed) return Exit.ok
    }
    await sink.write(pipeline.push(lines.end(), clock.monotonic()))
  } catch (error) {
    const interrupted = interruption(context.signal)
    if (interrupted === undefined) throw error
    return interrupted.exitCode
  } finally {
    ticker.stop()
    // What was read is shown on every way out.
    await sink.write(pipeline.rest())
  }
  return Exit.ok
}

/** A chunk in smaller ones, the text of which is soon free again: what lives long is scattered in memory, and fills it. */
function* partsOf(chunk: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < chunk.length; at += PART) yield chunk.subarray(at, at + PART)
}
