import type { GetOptions, ListOptions, Session } from '../kube/session.ts'
import type { Gate } from './gate.ts'

/** What reading objects needs of a session. */
export type Reader = Pick<Session, 'getJson' | 'listAll'>

/** The session's reading with a place at the gate for every object and list; the pages of a list come one by one. */
export function gatedReader(session: Reader, gate: Gate, signal: AbortSignal): Reader {
  const within = async <T>(ask: () => Promise<T>): Promise<T> => {
    const place = await gate.enter(signal)
    try {
      return await ask()
    } finally {
      place.leave()
    }
  }
  return {
    getJson: <T>(path: string, options?: GetOptions) => within(() => session.getJson<T>(path, options)),
    listAll: <T>(path: string, options?: ListOptions) => within(() => session.listAll<T>(path, options)),
  }
}
