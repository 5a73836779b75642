import { Ports } from '../../api/constants.ts'
import type { Cluster } from '../../api/cluster.ts'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { openPort } from '../../kube/port-forward.ts'
import type { Session } from '../../kube/session.ts'
import { connectionEnvironment } from '../../render/connection-strings.ts'
import { readNamedCluster } from '../access/find-instance.ts'
import { note } from '../note.ts'

import { announce, connectionFacts } from './announcement.ts'
import { runChild } from './child.ts'
import { Destinations } from './destinations.ts'
import { Files } from './files.ts'
import { follow, type Following } from './follow.ts'
import { readCredentials } from './credentials.ts'
import { Relay } from './relay.ts'
import type { ConnectRequest } from './request.ts'
import { readTarget, type Target } from './target.ts'

/** Keeps the port open until a signal or the end of COMMAND; returns the exit code. Throws CliError. */
export async function runConnect(request: ConnectRequest, context: Context): Promise<number> {
  const spinner = context.host.spinner(`Looking for ${request.cluster}`)
  const files = new Files()
  const withdraw = context.host.atAbruptEnd(() => files.removeNow())
  const over = new AbortController()
  const signal = AbortSignal.any([context.signal, over.signal])
  try {
    const session = await context.session()
    const { cluster, target } = await readPlace(request, session, context.signal)
    const credentials = await readCredentials(request, session, cluster, context)
    spinner.stop()
    const relay = await openRelay(request, session, target, { ...context, signal })
    try {
      const facts = await connectionFacts(request, credentials, relay.port, files)
      await announce(request, target, facts, credentials, context)
      if (request.command.length === 0) return await untilSignal(context.signal)
      return await runChild(request.command, connectionEnvironment(facts), context)
    } finally {
      over.abort(new CliError({ kind: 'interrupted', message: 'the connection is closed' }))
      await relay.close()
    }
  } finally {
    spinner.stop()
    await files.remove()
    withdraw()
  }
}

async function readPlace(
  request: ConnectRequest,
  session: Session,
  signal: AbortSignal,
): Promise<{ cluster: Cluster; target: Target }> {
  const [cluster, target] = await Promise.all([
    readNamedCluster(session, request.cluster, signal),
    readTarget(request, session, signal),
  ])
  return { cluster, target }
}

async function openRelay(request: ConnectRequest, session: Session, target: Target, context: Context): Promise<Relay> {
  const { signal, host } = context
  const destinations = new Destinations(target.goal)
  destinations.update(target.candidates)
  const tell = (message: string): void => void note(context, message).catch(() => undefined)
  const following: { now?: Following } = {}
  const relay = await Relay.listen({
    port: request.port,
    label: target.goal.label,
    destinations,
    refresh: async () => following.now?.refresh(),
    open: (pod, until) => openPort(session, { namespace: session.namespace, pod, port: Ports.postgres, signal: until }),
    onTrouble: tell,
    signal,
  })
  following.now = follow(session, target.followed, {
    signal,
    clock: host.clock,
    list: target.list,
    onTrouble: tell,
    onChange(candidates) {
      const before = destinations.names
      const dropped = relay.drop(destinations.update(candidates))
      const text = changeText(target, before, destinations.names, dropped)
      if (text !== null) tell(text)
    },
  })
  return relay
}

/** What happened to the one pod that a port leads to; for several pods only connections that were closed are worth a word. */
function changeText(target: Target, before: readonly string[], now: readonly string[], dropped: number): string | null {
  const closed = dropped === 0 ? '' : `; ${dropped} ${dropped === 1 ? 'connection' : 'connections'} closed`
  if (before.join() === now.join()) return null
  if (!target.single) return dropped === 0 ? null : `${target.goal.label}: now ${now.join(', ') || 'none'}${closed}`
  return now.length === 0
    ? `there is no ${target.goal.label} at the moment (was ${before.join(', ')})${closed}; new connections wait`
    : `the ${target.goal.label} is now ${now.join(', ')}${closed}`
}

async function untilSignal(signal: AbortSignal): Promise<number> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }
  // Ctrl-C is the way to end this, and no error to speak of.
  const reason: unknown = signal.reason
  if (reason instanceof CliError && reason.kind === 'interrupted') return reason.exitCode
  throw reason
}
