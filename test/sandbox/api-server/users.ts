import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { randomBytes } from 'node:crypto'
import { ApiError, badRequest, unauthorized } from './status.ts'
import type { Rights } from './policy.ts'

/** Somebody who may call: by client certificate, by bearer token, or only by impersonation. */
export interface User {
  name: string
  groups: readonly string[]
  uid?: string
  extra?: Readonly<Record<string, readonly string[]>>
}

export interface UserOptions {
  groups?: readonly string[]
  /** What the user may do; `all` (the default) is everything that no deny rule takes away. */
  rights?: 'all' | readonly Rights[]
}

const AUTHENTICATED = 'system:authenticated'

/** The users of one server: who they are and how they prove it. */
export class Users {
  readonly #users = new Map<string, { user: User; token: string; rights: 'all' | readonly Rights[] }>()

  /** Makes a user known, or changes one. */
  add(name: string, options: UserOptions = {}): User {
    const user = { name, groups: options.groups ?? [] }
    const token = this.#users.get(name)?.token ?? randomBytes(16).toString('hex')
    this.#users.set(name, { user, token, rights: options.rights ?? 'all' })
    return user
  }

  has(name: string): boolean {
    return this.#users.has(name)
  }

  user(name: string): User {
    const entry = this.#users.get(name)
    if (entry === undefined) throw new Error(`the sandbox has no user ${name}`)
    return entry.user
  }

  token(name: string): string {
    const entry = this.#users.get(name)
    if (entry === undefined) throw new Error(`the sandbox has no user ${name}`)
    return entry.token
  }

  /** After this the old token answers 401. */
  revokeToken(name: string): void {
    const entry = this.#users.get(name)
    if (entry !== undefined) entry.token = randomBytes(16).toString('hex')
  }

  /** Users that nobody made known may only look at what is open to everyone. */
  rightsOf(user: User): 'all' | readonly Rights[] {
    if (user.groups.includes('system:masters')) return 'all'
    return this.#users.get(user.name)?.rights ?? []
  }

  /** Who sends this request, by its token or the connection's certificate; throws 401. Impersonation is not looked at. */
  authenticate(request: IncomingMessage): User {
    const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim()
    if (bearer !== undefined) {
      for (const { user, token } of this.#users.values()) if (token === bearer) return authenticated(user)
      throw unauthorized()
    }
    const socket = request.socket
    if (socket instanceof TLSSocket && socket.authorized) {
      const subject = socket.getPeerCertificate().subject as unknown as Record<string, string | string[] | undefined>
      const name = [subject['CN'] ?? ''].flat()[0] ?? ''
      return authenticated({ name, groups: [subject['O'] ?? []].flat() })
    }
    throw unauthorized()
  }
}

function authenticated(user: User): User {
  return { ...user, groups: [...user.groups.filter((group) => group !== AUTHENTICATED), AUTHENTICATED] }
}

/** Something to impersonate, to be authorized one by one with the verb `impersonate`. */
export interface ImpersonationRequest {
  resource: 'users' | 'groups' | 'uids' | 'userextras' | 'serviceaccounts'
  subresource: string
  namespace: string | undefined
  name: string
}

/** The Impersonate-* headers: whom the caller wants to be, and what that takes. Undefined when there are none. */
export function impersonation(request: IncomingMessage): { user: User; needed: ImpersonationRequest[] } | undefined {
  const headers = distinct(request.rawHeaders)
  const name = headers['impersonate-user']?.[0] ?? ''
  const groups = headers['impersonate-group'] ?? []
  const uid = headers['impersonate-uid']?.[0]
  const extra: Record<string, string[]> = {}
  for (const [header, values] of Object.entries(headers))
    if (header.startsWith('impersonate-extra-') && values !== undefined)
      extra[decodeURIComponent(header.slice('impersonate-extra-'.length))] = values
  if (name === '') {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return undefined
    throw new ApiError(
      500,
      'InternalError',
      'Internal error occurred: requested impersonation without impersonating a user',
      {
        causes: [{ message: 'requested impersonation without impersonating a user' }],
      },
    )
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
  if (name.startsWith('system:serviceaccount:') && account === null) throw badRequest(`invalid user name ${name}`)
  const needed: ImpersonationRequest[] = [
    account === null
      ? { resource: 'users', subresource: '', namespace: undefined, name }
      : { resource: 'serviceaccounts', subresource: '', namespace: account[1], name: account[2] ?? '' },
    ...groups.map((group) => ({ resource: 'groups' as const, subresource: '', namespace: undefined, name: group })),
  ]
  if (uid !== undefined) needed.push({ resource: 'uids', subresource: '', namespace: undefined, name: uid })
  for (const [key, values] of Object.entries(extra))
    for (const value of values)
      needed.push({ resource: 'userextras', subresource: key, namespace: undefined, name: value })
  const user = authenticated({
    name,
    groups: account === null ? groups : [...groups, 'system:serviceaccounts', `system:serviceaccounts:${account[1]}`],
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  })
  return { user, needed }
}

/** The values of each header, names in lower case; requests of HTTP/2 have no `headersDistinct`. */
function distinct(raw: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (let index = 0; index + 1 < raw.length; index += 2) {
    ;(headers[raw[index]!.toLowerCase()] ??= []).push(raw[index + 1]!)
  }
  return headers
}
