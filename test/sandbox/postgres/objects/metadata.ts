import { createHash } from 'node:crypto'
import type { PostgresCluster } from '../cluster.ts'

/** A Kubernetes object as plain JSON. */
export interface PlainObject {
  apiVersion: string
  kind: string
  metadata: Record<string, unknown> & { name: string; namespace?: string }
  [section: string]: unknown
}

/** "2026-11-23T05:49:06Z": the form of most times in objects. */
export function seconds(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** "2026-11-23T05:49:14.198000Z": the form of the times operator 1.30 writes with its own hand. */
export function micros(at: Date): string {
  return at.toISOString().replace('Z', '000Z')
}

/** An identifier that is the same each time one asks for the same object of the same cluster. */
export function uidOf(cluster: PostgresCluster, key: string): string {
  const hex = createHash('sha256').update(`${cluster.uid}/${key}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Five letters and digits as Kubernetes puts them behind generated names. */
export function suffixOf(cluster: PostgresCluster, key: string): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
  const bytes = createHash('sha256').update(`${cluster.uid}/${key}/suffix`).digest()
  return [...bytes.subarray(0, 5)].map((byte) => alphabet[byte % alphabet.length]).join('')
}

/** A stand-in for the digest of an image or the identifier of a container. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export const ownedBy = {
  /** The Cluster as the controlling owner; pods also block its deletion. */
  cluster(cluster: PostgresCluster, block = false): Record<string, unknown>[] {
    const reference = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      name: cluster.name,
      uid: cluster.uid,
      controller: true,
    }
    return [block ? { ...reference, blockOwnerDeletion: true } : reference]
  },
}

/** Labels by which newer operators mark what belongs to a cluster (spec/wire-formats.md C.1). */
export function componentLabels(
  cluster: PostgresCluster,
  parts: { instance?: boolean; version?: boolean },
): Record<string, string> {
  if (cluster.wire === '1.15.1') return {}
  return {
    'app.kubernetes.io/component': 'database',
    ...(parts.instance === true && { 'app.kubernetes.io/instance': cluster.name }),
    'app.kubernetes.io/managed-by': 'cloudnative-pg',
    'app.kubernetes.io/name': 'postgresql',
    ...(parts.version === true && { 'app.kubernetes.io/version': cluster.version.split('.')[0] ?? '' }),
  }
}

/** Role labels of an instance's pod or volume. 1.15.1 knows `role` only, and on pods only. */
export function roleLabels(cluster: PostgresCluster, instance: string): Record<string, string> {
  const role = cluster.pods.get(instance)?.role ?? (cluster.primary === instance ? 'primary' : 'replica')
  if (role === 'none') return {}
  return cluster.wire === '1.15.1' ? { role } : { 'cnpg.io/instanceRole': role, role }
}
