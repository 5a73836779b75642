import type { Certificate, ClusterStatus } from '../cluster-status.ts'
import { severityAt } from './thresholds.ts'
import type { Hit, Levels, Rule } from './types.ts'
import { names, span } from './words.ts'

const DAY = 86400
const CONSEQUENCE =
  'When they end clients and standbys can no longer connect, and the operator cannot reach the instances by exec.'

/** Certificates and when they end. The operator renews its own 7 days before, so with fewer days left it has failed to. */
export const CERTIFICATE_RULES: readonly Rule[] = [
  {
    id: 'certificate-expired',
    title: 'certificate expired',
    scope: 'cluster',
    severities: ['critical'],
    blocks: { promote: 'force', restart: 'force' },
    cause: "Nobody renewed it: for the operator's own certificates the operator, for given ones who gave them.",
    consequence: 'Clients that check it cannot connect; with that of replication the standbys stop streaming.',
    next: ['kubectl cnpg status CLUSTER -v', 'kubectl cnpg report operator'],
    test: expired,
  },
  {
    id: 'certificate-expiring',
    title: 'certificate of the operator about to expire',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'certificate-days',
      unit: 'days',
      summary: 'Days left of certificates that the operator renews (it does so 7 days before their end)',
      warning: '6:',
      critical: '2:',
      perfdata: { name: 'certificate_days', value: (status) => fewestDays(status, false) },
    },
    cause: 'The operator should have renewed it and has not: it is down, or may not write the secret.',
    consequence: CONSEQUENCE,
    next: ['kubectl cnpg report operator'],
    test: (status, levels) => expiring(status, levels, false),
  },
  {
    id: 'certificate-expiring-user',
    title: 'given certificate about to expire',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'certificate-user-days',
      unit: 'days',
      summary: 'Days left of certificates that the Cluster or a Pooler was given',
      warning: '30:',
      critical: '7:',
      perfdata: { name: 'certificate_user_days', value: (status) => fewestDays(status, true) },
    },
    cause: 'The secret is named in the spec, so the operator does not renew it: its owner (or cert-manager) has to.',
    consequence: CONSEQUENCE,
    next: ['kubectl describe secrets INSTANCE', 'kubectl get certificates.cert-manager.io'],
    test: (status, levels) => expiring(status, levels, true),
  },
]

function expired(status: ClusterStatus): Hit[] {
  const past = status.certificates.filter(({ daysLeft }) => daysLeft !== null && daysLeft < 0)
  return endingTogether(past).map((group) => {
    const [first] = group
    const message = `${subject(group)} expired ${span(-first.daysLeft! * DAY)} ago (${first.expiresAt})`
    return { severity: 'critical', message, objects: group.map(({ name }) => name) }
  })
}

function expiring(status: ClusterStatus, levels: Levels, userGiven: boolean): Hit[] {
  const coming = status.certificates.filter(
    (certificate) => certificate.userGiven === userGiven && certificate.daysLeft !== null && certificate.daysLeft >= 0,
  )
  return endingTogether(coming).flatMap((group) => {
    const [first] = group
    const severity = severityAt(levels, first.daysLeft!)
    if (severity === null) return []
    const one = group.length === 1
    const owner = userGiven
      ? `${one ? 'its' : 'their'} owner has to renew ${one ? 'it' : 'them'}`
      : `the operator should have renewed ${one ? 'it' : 'them'}`
    const message = `${subject(group)} ${one ? 'expires' : 'expire'} in ${span(first.daysLeft! * DAY)} (${first.expiresAt}); ${owner}`
    return [{ severity, message, objects: group.map(({ name }) => name) }]
  })
}

type Group = [Certificate, ...Certificate[]]

/** Certificates of one issue end at one moment: that is one thing to tell. */
function endingTogether(certificates: readonly Certificate[]): Group[] {
  const groups = new Map<string, Group>()
  for (const certificate of certificates) {
    const moment = certificate.expiresAt ?? certificate.name
    const group = groups.get(moment)
    if (group) group.push(certificate)
    else groups.set(moment, [certificate])
  }
  return [...groups.values()]
}

function subject(group: Group): string {
  const list = group.map((certificate) => certificate.name + purpose(certificate))
  return `${list.length === 1 ? 'certificate' : 'certificates'} ${names(list)}`
}

function purpose({ roles }: Certificate): string {
  return roles.length === 0 ? '' : ` (${names(roles)})`
}

function fewestDays(status: ClusterStatus, userGiven: boolean): number | null | undefined {
  const mine = status.certificates.filter((certificate) => certificate.userGiven === userGiven)
  const known = mine.map(({ daysLeft }) => daysLeft).filter((days) => days !== null)
  if (mine.length === 0) return undefined
  return known.length === 0 ? null : Math.min(...known)
}
