import type { Cluster } from '../../api/cluster.ts'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Session } from '../../kube/session.ts'
import { loginTarget, readLogin, readServerCa } from '../access/login.ts'
import { note } from '../note.ts'
import type { ConnectRequest } from './request.ts'

/** As whom programs may log in, as far as it is known and wanted. */
export interface Credentials {
  user: string | null
  database: string
  /** Null: not known, or none is needed. */
  password: string | null
  /** Where the password is from; null when there is none. */
  source: string | null
  /** PEM; null when nobody asked for it. */
  ca: string | null
}

/**
 * Reads the login of the role. The port is of use without it: what cannot be read is a note, unless the password itself was
 * asked for. Throws CliError.
 */
export async function readCredentials(
  request: ConnectRequest,
  session: Session,
  cluster: Cluster,
  context: Context,
): Promise<Credentials> {
  const { signal } = context
  const login = readLogin(session, cluster, request.login, signal).catch(async (error: unknown) => {
    const wanted = request.showPassword || request.passFile !== null
    if (!(error instanceof CliError) || wanted || error.kind === 'interrupted') throw error
    await note(context, `no password is at hand: ${error.message}`)
    return { ...loginTarget(cluster, request.login), password: undefined, source: null }
  })
  const ca = request.caFile === null ? null : (request.ca ?? readServerCa(session, cluster, signal))
  const [{ user, database, password, source }, authority] = await Promise.all([login, ca])
  if (password !== undefined && password !== password.trim()) {
    await note(
      context,
      `the password of ${source ?? ''} begins or ends with a blank or a line feed, which is seldom meant`,
    )
  }
  return { user, database, password: password ?? null, source: password === undefined ? null : source, ca: authority }
}
