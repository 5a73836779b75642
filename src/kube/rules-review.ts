import type { Session } from './session.ts'

/** The rules that a user has in one namespace, as far as the authorizers tell. */
export interface GrantedRules {
  /** False means that no rule says so; another authorizer still may. */
  allows(asked: { group: string; resource: string; verb: string }): boolean
}

interface Review {
  status?: {
    resourceRules?: { verbs?: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[] }[]
  }
}

/**
 * Asks for all rules of the user in a namespace at once; impersonation counts. Rules for single objects are left out. Throws CliError
 * as `Session.send`. Rights: create on selfsubjectrulesreviews, which every user has by default.
 */
export async function namespaceRules(session: Session, namespace: string, signal?: AbortSignal): Promise<GrantedRules> {
  const review = await session.send<Review>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
    ...(signal === undefined ? {} : { signal }),
  })
  const rules = (review.status?.resourceRules ?? []).filter(({ resourceNames = [] }) => resourceNames.length === 0)
  return {
    allows: ({ group, resource, verb }) =>
      rules.some(
        ({ verbs, apiGroups, resources }) =>
          covers(verbs, verb) &&
          covers(apiGroups, group) &&
          (covers(resources, resource) || coversSubresource(resources, resource)),
      ),
  }
}

function covers(list: readonly string[] | undefined, value: string): boolean {
  return list?.some((each) => each === '*' || each === value) ?? false
}

/** A rule may name a subresource of every kind: a star for the kind, as in RBAC. */
function coversSubresource(list: readonly string[] | undefined, resource: string): boolean {
  const [, subresource] = resource.split('/')
  return subresource !== undefined && (list?.includes(`*/${subresource}`) ?? false)
}
