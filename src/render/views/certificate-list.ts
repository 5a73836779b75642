import type { ListedCertificate } from '../../model/certificate-list.ts'
import { goTime } from '../../model/time.ts'
import { cell, note, section, table } from '../document.ts'
import type { Column, Document } from '../document.ts'
import { daysCell } from './status/certificates.ts'

/** Days before the end from which a certificate is marked that no operator renews (model/rules: certificate-expiring-user). */
const SOON_BY_HAND = 30

export interface CertificateListOptions {
  wide: boolean
  /** The rows are a calendar of all namespaces: the end comes first. */
  calendar: boolean
}

/** A row for each certificate, in the order of the rows. */
export function certificateListView(
  rows: readonly ListedCertificate[],
  { wide, calendar }: CertificateListOptions,
): Document {
  const several = new Set(rows.map(({ namespace, cluster }) => `${namespace}/${cluster}`)).size > 1
  const columns = calendar
    ? [ENDS, DAYS, NAMESPACE, CLUSTER, SECRET, USED_FOR, SUBJECT, RENEWED_BY]
    : [...(several ? [CLUSTER] : []), SECRET, USED_FOR, SUBJECT, ISSUER, ENDS, DAYS, RENEWED_BY]
  const whole = table([...columns, ...(wide ? wideColumns(calendar) : [])], rows)
  return { sections: [section(null, whole), ...renewals(rows)] }
}

/** What has to be done by hand soon. */
function renewals(rows: readonly ListedCertificate[]): Document['sections'] {
  const due = rows.filter(({ renewedBy, daysLeft }) => renewedBy === 'nobody' && (daysLeft ?? 0) < SOON_BY_HAND)
  const lines = due.map(({ namespace, cluster, secret }) =>
    note(`To renew ${secret}: kubectl cnpg certificate renew ${secret} --cnpg-cluster ${cluster} -n ${namespace}`),
  )
  return lines.length === 0 ? [] : [section(null, ...lines)]
}

type Row = Column<ListedCertificate>

const NAMESPACE: Row = { title: 'Namespace', cell: ({ namespace }) => cell(namespace) }
const CLUSTER: Row = { title: 'Cluster', cell: ({ cluster }) => cell(cluster) }
const SECRET: Row = { title: 'Secret', cell: ({ secret }) => cell(secret) }
const USED_FOR: Row = { title: 'Used For', cell: ({ usedFor }) => cell(usedFor.join(', ')) }
const SUBJECT: Row = { title: 'Subject', cell: ({ facts }) => cell(facts?.subject) }
const ISSUER: Row = { title: 'Issuer', cell: ({ facts }) => cell(facts?.issuer) }
const ENDS: Row = {
  title: 'Expiration Date',
  cell: ({ notAfter }) => cell(notAfter === null ? null : goTime(notAfter)),
}
const DAYS: Row = {
  title: 'Days Left',
  cell: ({ daysLeft, renewedBy }) => {
    if (daysLeft === null) return cell('not known', 'warn')
    return daysCell(daysLeft, renewedBy === 'operator' ? undefined : SOON_BY_HAND)
  },
}
const RENEWED_BY: Row = { title: 'Renewed By', cell: ({ renewedBy }) => cell(renewedBy) }

function wideColumns(calendar: boolean): Row[] {
  return [
    ...(calendar ? [ISSUER] : []),
    { title: 'Valid From', cell: ({ facts }) => cell(facts === null ? null : goTime(facts.notBefore)) },
    { title: 'Serial Number', cell: ({ facts }) => cell(facts?.serialNumber) },
    { title: 'Names', cell: ({ facts }) => cell(facts?.names.join(', ')) },
  ]
}
