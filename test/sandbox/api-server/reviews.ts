import type { Exchange } from './exchange.ts'
import { at, list, text } from './objects.ts'
import type { Attributes, Policy, Rights } from './policy.ts'
import type { ResourceType } from './resources.ts'
import { groupVersion } from './resources.ts'
import type { User } from './users.ts'

/** Answers a review: who am I, what may I do. Nothing is stored. */
export async function review(exchange: Exchange, policy: Policy, type: ResourceType): Promise<void> {
  const body = await exchange.objectBody()
  const { user } = exchange
  const spec = at(body, 'spec') ?? {}
  const status = statusOf(type, spec, user, policy)
  exchange.json(201, {
    kind: type.kind,
    apiVersion: groupVersion(type),
    metadata: { creationTimestamp: null },
    spec,
    status,
  })
}

function statusOf(type: ResourceType, spec: unknown, user: User, policy: Policy): unknown {
  switch (type.kind) {
    case 'SelfSubjectReview':
      return {
        userInfo: { username: user.name, groups: user.groups, ...optional({ uid: user.uid, extra: user.extra }) },
      }
    case 'SelfSubjectRulesReview':
      return rulesStatus(policy.rules(user), text(spec, 'namespace'))
    case 'SubjectAccessReview': {
      const groups = list(spec, 'groups').map(String)
      return accessStatus(spec, { name: text(spec, 'user'), groups }, policy)
    }
    default:
      return accessStatus(spec, user, policy)
  }
}

function accessStatus(spec: unknown, user: User, policy: Policy): unknown {
  const path = text(spec, 'nonResourceAttributes', 'path')
  const allowed =
    path === ''
      ? policy.may(user, attributesOf(at(spec, 'resourceAttributes')))
      : policy.mayPath(user, text(spec, 'nonResourceAttributes', 'verb'), path)
  return allowed ? { allowed, reason: 'RBAC: allowed by the rights of the sandbox' } : { allowed }
}

function attributesOf(attributes: unknown): Attributes {
  return {
    verb: text(attributes, 'verb'),
    group: text(attributes, 'group'),
    resource: text(attributes, 'resource'),
    subresource: text(attributes, 'subresource'),
    namespace: text(attributes, 'namespace') || undefined,
    name: text(attributes, 'name'),
  }
}

/** The rights in one namespace. Deny rules cannot be told this way, as in a cluster with a webhook authorizer. */
function rulesStatus(rights: 'all' | readonly Rights[], namespace: string): unknown {
  const everything: Rights = { verbs: ['*'], groups: ['*'], resources: ['*'] }
  const rules = rights === 'all' ? [everything] : rights
  const here = rules.filter((rule) => rule.namespaces === undefined || rule.namespaces.includes(namespace))
  return {
    resourceRules: here.map(({ verbs, groups, resources, names }) => {
      return { verbs, apiGroups: groups ?? ['*'], resources, ...(names === undefined ? {} : { resourceNames: names }) }
    }),
    nonResourceRules: [
      {
        verbs: ['get'],
        nonResourceURLs: rights === 'all' ? ['*'] : ['/api', '/api/*', '/apis', '/apis/*', '/version'],
      },
    ],
    incomplete: false,
  }
}

function optional(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
