import type { Connection } from '../../api/connection.ts'
import { age } from '../../model/time.ts'
import { eventText } from '../../render/views/watch/events.ts'
import { ASCII } from '../../render/glyphs.ts'
import { note } from '../note.ts'
import { answerOf, type StatusReport } from './answer.ts'
import { WatchRecord, type Look } from './watch-record.ts'
import type { Watch } from './watch-types.ts'

/** Time for what belongs together to come together. */
const GATHER_MS = 200
/** Without a ring there is nothing new. */
const LONG_MS = 3_600_000

/**
 * Appends: the whole answer once, and again at every change; people's texts with a line of the time and the changes in
 * between, JSON with one document per line. Returns when the reader has gone.
 */
export async function watchAsLog(watch: Watch): Promise<void> {
  const { observer, bell, signal, context } = watch
  const { stdout, clock } = context.host
  const record = new WatchRecord(watch.look)
  let connection = observer.connection
  let printed: string | undefined
  while (!stdout.closed) {
    const look = await record.look(observer.snapshot, observer.rounds)
    const next = await entryOf(watch, look, printed)
    if (next !== undefined) {
      printed = next.sameAs
      await stdout.write(next.text)
    }
    await tellConnection(watch, connection, observer.connection)
    connection = observer.connection
    await bell.wait(LONG_MS, clock, signal)
    await clock.sleep(GATHER_MS, signal)
  }
}

interface Entry {
  text: string
  /** Equal texts mean that there is nothing to tell. */
  sameAs: string
}

/** What to print of a look; nothing when it says what was printed before. */
async function entryOf(watch: Watch, look: Look, printed: string | undefined): Promise<Entry | undefined> {
  const { report, events } = look
  const form = watch.invocation.options['output']
  if (watch.output.forPeople) {
    if (printed !== undefined && events.length === 0) return undefined
    const { takenAt } = report.snapshot
    const happened = events.map((change) => eventText(change, ASCII.arrow))
    const separator = printed === undefined ? '' : `\n--- ${takenAt}\n${happened.join('\n')}\n\n`
    return { text: `${separator}${await rendered(watch, report)}`, sameAs: takenAt }
  }
  const isData = form === 'json' || form === 'yaml'
  const sameAs = isData ? timeless(report) : await rendered(watch, report)
  if (sameAs === printed) return undefined
  if (form === 'json') {
    const [{ renderJsonLine }, data] = await Promise.all([import('../../render/json.ts'), answerData(watch, report)])
    return { text: renderJsonLine(data), sameAs }
  }
  const text = await rendered(watch, report)
  const separator = form === 'yaml' && printed !== undefined ? '---\n' : ''
  return { text: `${separator}${text}${text.endsWith('\n') ? '' : '\n'}`, sameAs }
}

function rendered({ output, invocation, context }: Watch, report: StatusReport): Promise<string> {
  return output.render(answerOf(report, invocation.options['verbose'] as number), context)
}

async function answerData({ invocation }: Watch, report: StatusReport): Promise<unknown> {
  return answerOf(report, invocation.options['verbose'] as number).data()
}

/** Ages that the servers count themselves. */
const AGES = new Set(['takenAt', 'daysLeft', 'secondsSinceLastArchival', 'replicationLagSeconds'])

/** The model without what moves by the clock alone. */
function timeless({ model }: StatusReport): string {
  return JSON.stringify(model, (key, value: unknown) => (AGES.has(key) ? undefined : value))
}

async function tellConnection({ context }: Watch, before: Connection, now: Connection): Promise<void> {
  if (before.state === now.state) return
  switch (now.state) {
    case 'lost':
      return note(context, `${now.since} connection lost, trying again: ${now.reason}`)
    case 'deleted':
      return note(context, `${now.since} the Cluster was deleted; waiting for it to come back`)
    case 'live': {
      const at = context.host.clock.now().toISOString()
      const length = before.state === 'live' ? '' : ` after ${age(before.since, at) ?? '-'}`
      return note(context, `${at} ${before.state === 'deleted' ? 'the Cluster is back' : 'connected again'}${length}`)
    }
  }
}
