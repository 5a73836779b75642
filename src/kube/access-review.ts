import { pathOf, type Resource, Resources } from './resources.ts'
import type { Session } from './session.ts'

/** A question "may I", in the words of a Role rule. */
export interface AccessQuestion {
  verb: string
  resource: Resource
  subresource?: string
  /** Absent: in all namespaces (or a kind outside namespaces). */
  namespace?: string
  name?: string
}

export interface AccessAnswer {
  allowed: boolean
  /** The authorizer's words, mostly empty. */
  reason?: string
}

interface ReviewObject {
  status?: { allowed?: boolean; denied?: boolean; reason?: string; evaluationError?: string }
}

/**
 * Asks the API server whether the user may do something; impersonation counts. Throws CliError as `Session.send`.
 * Rights: create on selfsubjectaccessreviews, which every user has by default.
 */
export async function canI(session: Session, question: AccessQuestion, signal?: AbortSignal): Promise<AccessAnswer> {
  const review = await session.send<ReviewObject>({
    method: 'POST',
    path: pathOf(Resources.selfSubjectAccessReviews),
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          verb: question.verb,
          group: question.resource.group,
          resource: question.resource.plural,
          subresource: question.subresource,
          namespace: question.namespace,
          name: question.name,
        },
      },
    },
    ...(signal === undefined ? {} : { signal }),
  })
  const reason = review.status?.reason ?? review.status?.evaluationError
  return {
    allowed: review.status?.allowed === true,
    ...(reason === undefined || reason === '' ? {} : { reason }),
  }
}

/** Asks several questions at once; the answers stand in the order of the questions. */
export async function canIAll(
  session: Session,
  questions: readonly AccessQuestion[],
  signal?: AbortSignal,
): Promise<AccessAnswer[]> {
  return Promise.all(questions.map((question) => canI(session, question, signal)))
}
