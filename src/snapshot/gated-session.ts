import { listPages } from '../kube/list-pages.ts'
import type { GetOptions, ListOptions, SendRequest, Session } from '../kube/session.ts'
import type { Gate } from './gate.ts'

/** The session with a place at the gate for every request; lists take one for each page. */
export function gatedSession(session: Session, gate: Gate): Session {
  const within = async <T>(signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> => {
    const place = await gate.enter(signal ?? NEVER)
    try {
      return await ask()
    } finally {
      place.leave()
    }
  }
  const getJson = <T>(path: string, options: GetOptions = {}): Promise<T> =>
    within(options.signal, () => session.getJson<T>(path, options))
  const own = {
    getJson,
    send: <T>(request: SendRequest) => within(request.signal, () => session.send<T>(request)),
    listAll: <T>(path: string, options: ListOptions = {}) => listPages<T>((page) => getJson(path, page), options),
  }
  // Everything else is the session's: its fields are getters or private, so they cannot be copied.
  return new Proxy(session, {
    get(target, name) {
      if (name in own) return own[name as keyof typeof own]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

const NEVER = new AbortController().signal
