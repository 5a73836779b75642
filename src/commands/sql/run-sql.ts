import { Ports } from '../../api/constants.ts'
import type { Cluster } from '../../api/cluster.ts'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { openPort } from '../../kube/port-forward.ts'
import type { Session } from '../../kube/session.ts'
import type { Candidate } from '../../model/target.ts'
import type { PgAccess } from '../../postgres/pg-access.ts'
import { withSession } from '../../postgres/pg-session.ts'
import type { ServerMessage } from '../../postgres/server-message.ts'
import { messageDetails } from '../../postgres/server-message.ts'
import type { ResultSink } from '../../postgres/statement.ts'
import { alternatives, findInstance, listInstances, readNamedCluster } from '../access/find-instance.ts'
import { type Login, readLogin, readServerCa } from '../access/login.ts'
import { note } from '../note.ts'
import { runOnAll } from './all-instances.ts'
import { ResultOutput, writerFor } from './output.ts'
import type { SqlRequest } from './request.ts'

/** Exit code of a program whose reader went away: 128 + SIGPIPE, as a shell tells it. */
const READER_GONE = 141
/** The server ends a statement itself; this much later it counts as gone. */
const SILENCE_MS = 10_000

/** Runs the statements and prints what they give; returns the exit code. Throws CliError. */
export async function runSql(request: SqlRequest, context: Context): Promise<number> {
  const spinner = context.host.spinner(`Connecting to ${request.cluster}`)
  try {
    const session = await context.session()
    const place = await readPlace(request, session, context)
    spinner.stop()
    const runOn = (instance: Candidate, sink: ResultSink) => runOnInstance(request, place, instance, sink, context)
    if (request.instances === 'all') return await runOnAll(request, place.instances, runOn, context)
    const [instance] = place.instances
    const output = new ResultOutput(context.host.stdout, writerFor(request, context.host.stdout.isTTY))
    await runOn(instance as Candidate, output).finally(() => output.flush())
    return 0
  } catch (error) {
    if (context.host.stdout.closed) return READER_GONE
    throw error
  } finally {
    spinner.stop()
  }
}

/** What is the same for every instance. */
interface Place {
  session: Session
  cluster: Cluster
  instances: readonly Candidate[]
  login: Login
  ca: string
}

async function readPlace(request: SqlRequest, session: Session, context: Context): Promise<Place> {
  const { signal } = context
  const { cluster: name, instances: wish } = request
  const [cluster, instances] = await Promise.all([
    readNamedCluster(session, name, signal),
    wish === 'all' ? listInstances(session, name, signal) : chosen(findInstance(session, name, wish, signal), context),
  ])
  const [login, ca] = await Promise.all([
    readLogin(session, cluster, request.login, signal),
    request.ca ?? readServerCa(session, cluster, signal),
  ])
  return { session, cluster, instances, login, ca }
}

async function chosen(found: ReturnType<typeof findInstance>, context: Context): Promise<readonly Candidate[]> {
  const { instance, all } = await found
  if (!instance.ready) await note(context, `${instance.name} is not ready. ${alternatives(all, instance) ?? ''}`.trim())
  return [instance]
}

async function runOnInstance(
  request: SqlRequest,
  place: Place,
  instance: Candidate,
  sink: ResultSink,
  context: Context,
): Promise<void> {
  const { text, params, statementTimeoutMs } = request
  const { session, cluster, login, ca } = place
  const { requestTimeoutMs } = context.connection
  const access: PgAccess = {
    open: (signal) =>
      openPort(session, {
        namespace: cluster.metadata.namespace ?? session.namespace,
        pod: instance.name,
        port: Ports.postgres,
        signal,
      }),
    user: login.user,
    database: login.database,
    ...(login.password === undefined ? {} : { password: login.password }),
    tls: { ca, servername: `${cluster.metadata.name}-rw`, ...login.certificate },
    signal: context.signal,
    ...(requestTimeoutMs === undefined || requestTimeoutMs === 0 ? {} : { timeoutMs: requestTimeoutMs }),
  }
  const prefix = request.instances === 'all' ? `${instance.name}: ` : ''
  const options = {
    settings: {
      statement_timeout: String(statementTimeoutMs),
      ...(request.write ? {} : { default_transaction_read_only: 'on' }),
    },
    timeoutCovers: 'login',
    onNotice(notice: ServerMessage) {
      // Without --write the transaction is ours, of which BEGIN need not be told.
      if (!request.write && notice.code === IN_TRANSACTION) return
      void note(context, prefix + noticeText(notice, request)).catch(() => undefined)
    },
  } as const
  const silenceMs = statementTimeoutMs === 0 ? {} : { silenceMs: statementTimeoutMs + SILENCE_MS }
  try {
    const statement = { text, params, ...silenceMs }
    await withSession(access, options, (pg) =>
      request.write ? pg.run(statement, sink) : pg.runReadOnly(statement, sink),
    )
  } catch (error) {
    throw advised(error, request, login, instance)
  }
}

function noticeText(notice: ServerMessage, { text, write }: SqlRequest): string {
  // Around notices psql leaves the stack of functions out; a place is known only where the whole text was sent.
  const { where: _where, position, ...known } = notice
  const rest = write && position !== undefined ? { ...known, position } : known
  return [`${notice.severity}:  ${notice.message}`, ...messageDetails(rest, text)].join('\n')
}

/** Adds to an error what only this command knows: how the session was opened. */
function advised(error: unknown, request: SqlRequest, login: Login, instance: Candidate): unknown {
  if (!(error instanceof CliError)) return error
  const advice = adviceOn(error, request, login, instance)
  if (advice === undefined) return error
  return new CliError({
    kind: error.kind,
    message: error.message,
    hint: error.hint === undefined ? advice : `${error.hint}\n${advice}`,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    exitCode: error.exitCode,
    cause: error.cause,
  })
}

const READ_ONLY = '25006'
/** Something that is not for transactions, or is for their beginning only. */
const IN_TRANSACTION = '25001'
const CANCELLED = '57014'

function adviceOn(error: CliError, request: SqlRequest, login: Login, instance: Candidate): string | undefined {
  if (error.kind === 'unauthorized') {
    const lineFeed = login.password !== undefined && login.password !== login.password.trim()
    return (
      `The login was as ${login.user} to database ${login.database}, with ${login.source}.` +
      (lineFeed ? '\nThat password begins or ends with a blank or a line feed, which is seldom meant.' : '')
    )
  }
  if (error.reason === READ_ONLY) {
    if (instance.role === 'replica') return `${instance.name} is a replica, which takes no changes.`
    return request.write ? undefined : 'Changes are allowed with --write.'
  }
  if (error.reason === IN_TRANSACTION && !request.write) {
    return 'Without --write all statements run in one read-only transaction.'
  }
  if (error.reason === CANCELLED && request.statementTimeoutMs > 0) {
    return 'A statement may take longer with --statement-timeout.'
  }
  return undefined
}
