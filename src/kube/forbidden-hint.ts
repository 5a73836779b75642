import type { KubeStatus } from '../api/objects.ts'
import { parseApiPath, verbOf } from './api-path.ts'
import { plainText } from './plain-text.ts'
import type { FailedAnswer } from './session.ts'

/** The right that was missing, in the words of a Role rule. */
export interface MissingRight {
  verb: string
  resource: string
  group: string
  namespace: string | undefined
  user: string | undefined
}

/**
 * The right that a 403 asks for: from the server's message, which knows best (an impersonation, another verb of an
 * upgrade), else from the request itself. Undefined for paths that are no resource.
 */
function missingRight(answer: FailedAnswer, status: KubeStatus | undefined): MissingRight | undefined {
  const said =
    /User "([^"]*)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]*)"| at the cluster scope)?/.exec(
      status?.message ?? '',
    )
  if (said) {
    const [, user, verb = '', resource = '', group = '', namespace] = said
    return { verb, resource, group, namespace, user }
  }
  const asked = parseApiPath(answer.path)
  if (asked === undefined) return undefined
  const { resource, group, namespace } = asked
  return { verb: verbOf(answer.method, answer.path), resource, group, namespace, user: undefined }
}

/** Names the missing verb and resource, who lacks it, and the rule that would grant it. */
export function forbiddenHint(
  answer: FailedAnswer,
  status: KubeStatus | undefined,
  asker: { user: string | undefined },
): string {
  const right = missingRight(answer, status)
  if (right === undefined) return 'Our user lacks the right for this; ask an administrator of the cluster.'
  const admission =
    status?.message !== undefined && !/ cannot \w+ /.test(status.message) && status.reason === 'Forbidden'
  if (admission && answer.method !== 'GET')
    return 'A policy of the cluster (quota, admission webhook) refuses this change.'
  const who = plainText(right.user ?? asker.user ?? '', 200)
  const where = right.namespace === undefined ? 'in the whole cluster' : `in namespace "${right.namespace}"`
  return [
    `Missing: ${right.verb} ${right.resource} ${where}${who === '' ? '' : ` for user "${who}"`}. A ${
      right.namespace === undefined ? 'ClusterRole' : 'Role'
    } rule that grants it:`,
    `  - apiGroups: ["${right.group}"]`,
    `    resources: ["${right.resource}"]`,
    `    verbs: ["${right.verb}"]`,
  ].join('\n')
}
