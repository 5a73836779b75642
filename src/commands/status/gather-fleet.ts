import { buildInfo } from '../../api/build-info.ts'
import type { FleetSnapshot } from '../../api/snapshot.ts'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Session } from '../../kube/session.ts'
import { isEmptyContext } from '../../model/fleet.ts'
import type { FleetRequest, FleetScope } from '../../snapshot/fleet.ts'
import type { Selection } from './selection.ts'

/**
 * Reads the clusters that are meant, of one context or of several. Throws CliError when the one context that is asked has none, or
 * does not tell; of several contexts each that cannot be read is told in `unread`.
 */
export async function gatherSelection(
  selection: Selection,
  request: FleetRequest,
  context: Context,
): Promise<FleetSnapshot> {
  const { host, signal } = context
  const takenAt = host.clock.now().toISOString()
  const options = { clock: host.clock, signal, clientVersion: buildInfo.version }
  const { gatherFleet, gatherContexts } = await import('../../snapshot/fleet.ts')
  const scope = (session: Session): FleetScope => scopeOf(selection, session)
  const whole = (found: Pick<FleetSnapshot, 'clusters' | 'unread'>): FleetSnapshot => {
    return { schemaVersion: 1, kind: 'Fleet', takenAt, ...found }
  }
  if (selection.contexts === undefined) {
    const session = await context.session()
    return whole(await gatherFleet(session, scope(session), request, options))
  }
  const names = selection.contexts === 'all' ? await allContexts(context) : selection.contexts
  const sessions = names.map((name) => openContext(name, context))
  try {
    const members = names.map((name, index) => ({ context: name, session: sessions[index] as Promise<Session>, scope }))
    const found = await gatherContexts(members, request, options)
    if (found.clusters.length === 0 && found.unread.every(isEmptyContext)) throw nothingAnywhere(found.unread)
    return whole(found)
  } finally {
    for (const session of sessions) {
      session.then(
        (opened) => opened.close(),
        () => undefined,
      )
    }
  }
}

function nothingAnywhere(empty: FleetSnapshot['unread']): CliError {
  const lines = empty.map(({ context, problem }) => `${context ?? ''}: ${problem.message}`)
  return new CliError({ kind: 'missing', message: 'there is no cluster in these contexts', hint: lines.join('\n') })
}

function scopeOf({ names, everywhere, selector }: Selection, { namespace }: Session): FleetScope {
  if (names.length > 0) return { kind: 'named', namespace, names }
  const labels = selector === undefined ? {} : { selector }
  return everywhere ? { kind: 'all', ...labels } : { kind: 'namespace', namespace, ...labels }
}

async function openContext(name: string, { connection, host, log }: Context): Promise<Session> {
  const { openSession } = await import('../../kube/open-session.ts')
  return openSession({ ...connection, context: name }, host, { log: (line) => log('debug', line) })
}

async function allContexts({ connection, host }: Context): Promise<string[]> {
  const { contextNames } = await import('../../kube/context-names.ts')
  return contextNames(connection.kubeconfig, host)
}
