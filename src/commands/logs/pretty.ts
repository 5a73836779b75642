import type { Command, Context, Invocation } from '../../cli/command.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { LineSplitter } from '../../model/logs/lines.ts'
import { filterOptions, formOf, groupSizeOf, textOptions, wantedOf } from './options.ts'
import { Pipeline } from './pipeline.ts'
import { note } from '../note.ts'
import { Sink } from './sink.ts'
import { flushInTime } from './ticker.ts'

const pretty: Command = {
  name: 'pretty',
  group: 'Troubleshooting',
  summary: 'Make the logs on stdin readable',
  description:
    'Reads the JSON lines of instances, operators and PostgreSQL from stdin and writes them for people: sorted by time, with ' +
    'the detail, hint and statement of PostgreSQL’s records and the cause of errors. Other text is passed on. Lines are held for half a ' +
    'second at most, to be sorted; --- stands where a line came too late for its place. No server is asked.',
  args: [],
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
    { summary: 'What went wrong in a saved log', line: 'logs pretty --min-level warning < mycluster.jsonl' },
    {
      summary: 'Follow what PostgreSQL itself logs',
      line: 'logs cluster mycluster -f | kubectl cnpg logs pretty --loggers postgres',
    },
    {
      summary: 'Records about one table, with all they hold',
      line: 'logs pretty --grep \'"orders"\' -vv < mycluster.jsonl',
    },
  ],
  rights: [],
  changes: false,
  exitCodes: [
    { code: Exit.ok, meaning: 'stdin was read to its end, or the reader of stdout went away' },
    { code: Exit.usage, meaning: 'a mistake in the command line' },
  ],
  run,
}

export default pretty

async function run({ options }: Invocation, context: Context): Promise<number> {
  const { stdin, stdout, clock } = context.host
  const wanted = wantedOf(options, clock.now())
  const groupSize = groupSizeOf(options)
  const form = await formOf(options['format'] as 'text' | 'json', options, context)
  if (stdin.isTTY) await note(context, 'Reading log lines from the terminal; Ctrl-D ends.')

  const pipeline = new Pipeline({ wanted, form, groupSize })
  const sink = new Sink(stdout)
  const lines = new LineSplitter()
  const ticker = flushInTime(pipeline, sink, clock)
  try {
    for await (const chunk of untilAborted(stdin.read(), context.signal)) {
      await sink.write(pipeline.push(lines.push(chunk), clock.monotonic()))
      if (sink.closed) return Exit.ok
    }
    await sink.write(pipeline.push(lines.end(), clock.monotonic()))
  } finally {
    ticker.stop()
    // What was read is shown on every way out.
    await sink.write(pipeline.rest())
  }
  return Exit.ok
}

/** The same chunks; throws the signal's reason when it aborts while none comes. */
async function* untilAborted(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  const aborted = new Promise<never>((_resolve, reject) => {
    const give = (): void => reject(signal.reason as Error)
    if (signal.aborted) give()
    else signal.addEventListener('abort', give, { once: true })
  })
  aborted.catch(() => undefined)
  for (;;) {
    const next = await Promise.race([source.next(), aborted])
    if (next.done === true) return
    yield next.value
  }
}
