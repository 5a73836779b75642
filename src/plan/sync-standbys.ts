import type { ClusterStatus } from '../model/cluster-status.ts'

/**
 * What happens to commits when these instances are gone: a sentence when fewer synchronous standbys are left than every commit
 * has to wait for; null when enough are left, or none is asked for.
 */
export function commitsWouldWait(status: ClusterStatus, gone: readonly string[]): string | null {
  const { synchronous, replication } = status
  if (synchronous?.dataDurability !== 'required' || synchronous.confirming === null) return null
  const lost = replication.standbys.filter(
    (row) =>
      gone.includes(row.name) && row.state === 'streaming' && (row.syncState === 'sync' || row.syncState === 'quorum'),
  )
  const left = synchronous.confirming - lost.length
  if (lost.length === 0 || left >= synchronous.wanted) return null
  return (
    `without ${lost.map(({ name }) => name).join(', ')} only ${left} of ${synchronous.wanted} wanted synchronous standbys ` +
    'are left: commits wait until it is back'
  )
}
