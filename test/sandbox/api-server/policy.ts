import type { RequestInfo } from './request-info.ts'
import { ApiError, qualified } from './status.ts'
import type { User, Users } from './users.ts'

/** What is permitted, like one rule of a Role. `*` stands for any; an absent list too, but for verbs and resources. */
export interface Rights {
  verbs: readonly string[]
  /** Plurals with `/subresource` where one is meant, e.g. `pods/proxy`. */
  resources: readonly string[]
  groups?: readonly string[]
  /** Absent: all namespaces and the cluster's own objects. */
  namespaces?: readonly string[]
  names?: readonly string[]
}

/** What is forbidden, whoever permitted it. Every absent member stands for any. */
export interface DenyRule {
  user?: string
  verb?: string
  /** `*` stands for any group. */
  group?: string
  /** Plural, or `plural/subresource`; the plain plural does not cover subresources. */
  resource?: string
  namespace?: string
  name?: string
  /** A path that is no resource, e.g. `/version`. */
  path?: string
}

export interface Attributes {
  verb: string
  group: string
  resource: string
  subresource: string
  namespace: string | undefined
  name: string
}

const OPEN_PATHS = /^\/(version|healthz|livez|readyz|api|apis|openapi)(\/|$)/
const SELF_REVIEWS = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews']

/** Says who may do what: rights of users, minus the deny rules. */
export class Policy {
  readonly #users: Users
  readonly #denied = new Set<DenyRule>()

  constructor(users: Users) {
    this.#users = users
  }

  /** Forbids something; returns the way to permit it again. */
  deny(rule: DenyRule): () => void {
    this.#denied.add(rule)
    return () => this.#denied.delete(rule)
  }

  rules(user: User): 'all' | readonly Rights[] {
    return this.#users.rightsOf(user)
  }

  denials(user: User): DenyRule[] {
    return [...this.#denied].filter((rule) => rule.user === undefined || rule.user === user.name)
  }

  mayPath(user: User, verb: string, path: string): boolean {
    if (this.denials(user).some((rule) => rule.path === path && (rule.verb ?? verb) === verb)) return false
    return OPEN_PATHS.test(path) || this.rules(user) === 'all'
  }

  may(user: User, wanted: Attributes): boolean {
    if (this.denials(user).some((rule) => rule.path === undefined && denies(rule, wanted))) return false
    if (SELF_REVIEWS.includes(wanted.resource) && wanted.verb === 'create') return true
    const rights = this.rules(user)
    return rights === 'all' || rights.some((rule) => permits(rule, wanted))
  }

  /** Throws the 403 of Kubernetes when the request may not be made. */
  authorize(user: User, info: RequestInfo): void {
    if (!info.isResource) {
      if (this.mayPath(user, info.verb, info.path)) return
      throw new ApiError(403, 'Forbidden', `forbidden: User "${user.name}" cannot ${info.verb} path "${info.path}"`, {})
    }
    if (!this.may(user, info)) throw forbidden(user, info)
  }
}

/** The Status that RBAC answers, in its very words. */
export function forbidden(user: User, wanted: Attributes): ApiError {
  const { verb, group, resource, subresource, namespace, name } = wanted
  const what = qualified({ group, plural: resource })
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const title = name === '' ? what : `${what} "${name}"`
  const message = `${title} is forbidden: User "${user.name}" cannot ${verb} resource "${full}" in API group "${group}" ${where}`
  return new ApiError(403, 'Forbidden', message, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  })
}

function denies(rule: DenyRule, wanted: Attributes): boolean {
  const full = wanted.subresource === '' ? wanted.resource : `${wanted.resource}/${wanted.subresource}`
  return (
    (rule.verb ?? wanted.verb) === wanted.verb &&
    (rule.group === undefined || rule.group === '*' || rule.group === wanted.group) &&
    (rule.resource ?? full) === full &&
    (rule.namespace === undefined || rule.namespace === wanted.namespace) &&
    (rule.name === undefined || rule.name === wanted.name)
  )
}

function permits(rule: Rights, wanted: Attributes): boolean {
  const full = wanted.subresource === '' ? wanted.resource : `${wanted.resource}/${wanted.subresource}`
  const covers = (list: readonly string[] | undefined, value: string): boolean =>
    list === undefined || list.includes('*') || list.includes(value)
  return (
    covers(rule.verbs, wanted.verb) &&
    covers(rule.groups, wanted.group) &&
    covers(rule.resources, full) &&
    (rule.namespaces === undefined || rule.namespaces.includes(wanted.namespace ?? '')) &&
    (rule.names === undefined || rule.names.includes(wanted.name))
  )
}
