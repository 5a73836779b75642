import type { AppliedObject, ClusterStatus, Listing } from '../cluster-status.ts'
import type { Hit, Rule } from './types.ts'
import { because, names } from './words.ts'

const EFFECT = 'PostgreSQL does not look as the objects in Kubernetes say.'

/** What the operator should have made inside of PostgreSQL. */
export const MANAGED_RULES: readonly Rule[] = [
  {
    id: 'role-not-applied',
    title: 'role not applied',
    scope: 'cluster',
    severities: ['warning', 'info'],
    cause:
      'A role of spec.managed.roles or a DatabaseRole could not be made as wanted: its secret or a group is missing, or PostgreSQL refused.',
    consequence: `${EFFECT} Applications with that role may not log in.`,
    next: ['kubectl cnpg status CLUSTER -v'],
    test: roles,
  },
  {
    id: 'database-not-applied',
    title: 'database not applied',
    scope: 'cluster',
    severities: ['warning', 'info'],
    cause: 'PostgreSQL refused what a Database object asks for, or the operator has not come to it.',
    consequence: EFFECT,
    next: ['kubectl get databases.postgresql.cnpg.io'],
    test: (status) => applied('database', status.databases),
  },
  {
    id: 'tablespace-not-applied',
    title: 'tablespace not applied',
    scope: 'cluster',
    severities: ['warning', 'info'],
    cause: 'A tablespace of the spec could not be made, for example because its volume is not there yet.',
    consequence: EFFECT,
    next: ['kubectl cnpg status CLUSTER -v'],
    test: tablespaces,
  },
  {
    id: 'publication-not-applied',
    title: 'publication not applied',
    scope: 'cluster',
    severities: ['warning', 'info'],
    cause: 'PostgreSQL refused what a Publication object asks for, or the operator has not come to it.',
    consequence: `${EFFECT} Subscribers miss data.`,
    next: ['kubectl get publications.postgresql.cnpg.io'],
    test: (status) => applied('publication', status.publications),
  },
  {
    id: 'subscription-not-applied',
    title: 'subscription not applied',
    scope: 'cluster',
    severities: ['warning', 'info'],
    cause: 'PostgreSQL refused what a Subscription object asks for, or the operator has not come to it.',
    consequence: `${EFFECT} Data of the publisher do not arrive.`,
    next: ['kubectl get subscriptions.postgresql.cnpg.io'],
    test: (status) => applied('subscription', status.subscriptions),
  },
]

/** Refused ones are warnings with the message; those not tried yet, or tried before their last change, are notes. */
function applied(kind: string, listing: Listing<AppliedObject> | null): Hit[] {
  return (listing?.items ?? []).flatMap((object): Hit[] => {
    const { name, target, message } = object
    const what = `${kind} ${target}${target === name ? '' : ` (object ${name})`}`
    if (object.applied === false) {
      return [{ severity: 'warning', message: `${what} is not applied${because(message)}`, objects: [name] }]
    }
    if (object.applied === true && !object.stale) return []
    const state = object.applied === null ? 'has not been applied yet' : 'has a change that is not applied yet'
    return [{ severity: 'info', message: `${what} ${state}${because(message)}`, objects: [name] }]
  })
}

function roles(status: ClusterStatus): Hit[] {
  const { byStatus, cannotReconcile } = status.managedRoles
  const failed: Hit[] = cannotReconcile.map(({ role, errors }) => ({
    severity: 'warning',
    message: `role ${role} is not applied${because(errors.join('; '))}`,
    objects: [role],
  }))
  const known = new Set(cannotReconcile.map(({ role }) => role))
  const pending = byStatus
    .filter((entry) => entry.status === 'pending-reconciliation')
    .flatMap((entry) => entry.roles)
    .filter((role) => !known.has(role))
  const waiting: Hit[] =
    pending.length === 0
      ? []
      : [{ severity: 'info', message: `not applied yet: role ${names(pending)}`, objects: pending }]
  return [...failed, ...waiting, ...applied('role', status.databaseRoles)]
}

function tablespaces(status: ClusterStatus): Hit[] {
  return status.tablespaces
    .filter((tablespace) => tablespace.error !== null || tablespace.state !== 'reconciled')
    .map(({ name, state, error }) => {
      const message = `tablespace ${name} is not applied (${state ?? 'not seen yet'})${because(error)}`
      return { severity: error === null ? 'info' : 'warning', message, objects: [name] }
    })
}
