import type { Host } from '../../host/types.ts'
import type { Session } from '../../kube/session.ts'
import type { Candidate, KubeconfigKind, LiveKind, LiveRequest } from './types.ts'

/**
 * Milliseconds after which there is nothing to offer: whoever presses Tab waits with the hand on the keyboard. The rest of a
 * second is for the shell, kubectl and our own start.
 */
const LIMIT_MS = 750

/**
 * All names of one kind, in the order in which they are told elsewhere. Empty on every failure and when the answer takes
 * longer than 0.75 s; nothing is asked of the user and nothing told.
 */
export async function liveCandidates(kind: LiveKind, request: LiveRequest): Promise<Candidate[]> {
  const late = new AbortController()
  const host = silent(request.host, late.signal)
  const timer = request.host.clock.sleep(LIMIT_MS, late.signal).then(
    () => [],
    () => [],
  )
  let session: Session | undefined
  const look = async (): Promise<Candidate[]> => {
    if (isKubeconfigKind(kind)) {
      const { kubeconfigNames } = await import('./kubeconfig.ts')
      return kubeconfigNames(kind, request.connection.kubeconfig, host)
    }
    const { openSession } = await import('../../kube/open-session.ts')
    session = await openSession(request.connection, host)
    const { lookUp } = await import('./look-up.ts')
    return lookUp(kind, { session, cluster: request.cluster, signal: late.signal })
  }
  try {
    return await Promise.race([look().catch(() => []), timer])
  } finally {
    late.abort()
    session?.close()
  }
}

function isKubeconfigKind(kind: LiveKind): kind is KubeconfigKind {
  return kind === 'context' || kind === 'kubeconfig-cluster' || kind === 'kubeconfig-user'
}

/** The same machine without anybody to ask or to tell: a login plugin must not talk into the line being typed. */
function silent(host: Host, late: AbortSignal): Host {
  const mute = { isTTY: false, write: () => Promise.resolve() }
  return {
    ...host,
    unattended: true,
    // A pause is made before another try of what has failed, and that would come too late.
    clock: {
      ...host.clock,
      sleep: () => Promise.reject(new Error('nothing is tried twice while a line is completed')),
    },
    stdin: { ...host.stdin, isTTY: false },
    stderr: { ...host.stderr, ...mute },
    signal: AbortSignal.any([host.signal, late]),
    ask: () => Promise.reject(new Error('nobody is asked while a line is completed')),
  }
}
