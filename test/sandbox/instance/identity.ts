import { createHash } from 'node:crypto'
import type { Wire } from '../postgres/config.ts'

/** What stands for the SHA-256 of the manager's binary; the Cluster's `cloudNativePGOperatorHash` is the same. */
export function executableHash(wire: Wire): string {
  return createHash('sha256').update(`instance manager ${wire}`).digest('hex')
}
