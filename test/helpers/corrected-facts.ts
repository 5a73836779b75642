import type { Fact } from './facts.ts'

/** A kind of official fact that our screen words differently or says rightly, and why. */
export interface Correction {
  /** Matches `section|label`. */
  place: RegExp
  official: RegExp
  /** What ours has to say instead; absent: the place is not there, by intent. */
  own?: RegExp
  why: string
}

export const CORRECTIONS: readonly Correction[] = [
  {
    place: /Summary\|Name$/,
    official: /^[^/]+\/[^/]+$/,
    own: /^[a-z0-9-]+$/,
    why: 'name and namespace have a row each, as on the seed screen',
  },
  {
    place: /Summary\|Size$/,
    official: /^([\d.]+[MG]|cmd: .*)$/,
    own: /^\d+ (kB|MB|GB) \(databases/,
    why: 'databases and WAL from the metrics port instead of du, which often fails',
  },
  {
    place: /Summary\|Size$/,
    official: /./,
    why: 'without metrics there is no row: neither "container not found" nor three lines of an exec error',
  },
  {
    place: /Summary\|(error)?$|^\|$/,
    official: /^(unable to upgrade connection|stdErr:)/,
    why: 'rest of the exec error that breaks the Size row',
  },
  {
    place: /Summary\|$/,
    official: /^System ID:$/,
    why: 'an empty answer of a fenced instance: the row has a dash',
  },
  {
    place: /Summary\|$/,
    official: /^Switchover in progress$/,
    own: /^Failover in progress for \d+s$/,
    why: 'a failover is no switchover, and its duration matters',
  },
  {
    place: /Summary\|Status$/,
    official: /^Cluster in healthy state$/,
    own: /^Cluster in healthy state \(operator\) - see Findings$/,
    why: 'something is critical although the operator calls it healthy',
  },
  {
    place: /Summary\|Primary instance$/,
    official: /switching to/,
    own: /\((failing over to|setting up) /,
    why: 'nothing is switched in a failover or while the first primary is made',
  },
  {
    place: /Summary\|Current Write LSN$/,
    official: /^\(Timeline: 0/,
    own: /^- \(no instance answered\)$/,
    why: 'artefact of an empty answer',
  },
  {
    place: /^Continuous Backup status\|$/,
    official: /^No Primary instance found$/,
    why: 'the rows stay, with dashes, and say that no primary answers',
  },
  {
    place: /^Continuous Backup status\|(Working WAL archiving|WALs waiting to be archived)$/,
    official: /^(Starting Up|0)$/,
    own: /^(Unknown \(no primary answers\)|-)$/,
    why: 'a fenced primary says nothing about archiving',
  },
  {
    place: /^Error\(s\) extracting status\|$/,
    official: /./,
    why: 'the reason stands in the row of the instance or in the section it costs',
  },
  {
    place: /^Instances status\|Replication role$/,
    official: /^-$/,
    own: /^(Primary|Standby)/,
    why: 'the Cluster and the primary know the role of an instance that does not answer',
  },
  {
    place: /^Instances status\|Replication role$/,
    official: /^Standby \(file based\)$/,
    own: /^Standby \(not streaming\)$/,
    why: 'a standby that lost its primary is not fed from files',
  },
  {
    place: /^Instances status\|Replication role$/,
    official: /^Unknown$/,
    own: /^Standby \(async\)$/,
    why: 'the primary answered by another way',
  },
  {
    place: /^Instances status\|Status$/,
    official: /^(ServiceUnavailable|InternalError|BadRequest|NotFound|Forbidden|)$/,
    own: /^(ErrImagePull|being deleted|not answering \(503\)|Pending \(Unschedulable\)|not permitted \(pod Ready\)|OK( \(.*\))?)$/,
    why: 'the pod itself says why, or another way led to an answer',
  },
  {
    place: /^Instances status\|Status$/,
    official: /^OK$/,
    own: /^(PostgreSQL stopped|OK \(pending restart\))$/,
    why: 'a fenced PostgreSQL is not OK; standbys wait for a restart too',
  },
  {
    place: /^Instances status\|(Current LSN|Manager Version)$/,
    official: /^-$/,
    own: /^(\d\/[0-9A-F]+|1\.30\.0)$/,
    why: 'another way led to an answer',
  },
  {
    place: /^Managed roles status\|Roles$/,
    official: /^postgres,cnpg_metrics_exporter,streaming_replica$/,
    own: /^cnpg_metrics_exporter,postgres,streaming_replica$/,
    why: 'names in a stable order',
  },
  {
    place: /^Physical backups\|$/,
    official: /^Primary instance not found$/,
    why: 'said once, in the summary',
  },
  {
    place: /^(Physical backups|Unmanaged Replication Slot Status)\|$/,
    official: /^No (running physical backups|unmanaged replication slots) found$/,
    own: /^Unknown: no primary answers$/,
    why: 'nobody was there to ask',
  },
  {
    place: /^Pod Disruption Budgets status\|$/,
    official: /^No active PodDisruptionBudgets found$/,
    own: /^not permitted: /,
    why: 'a missing right is not an absent object',
  },
  {
    place: /^Streaming Replication status\|$/,
    official: /^(Primary instance not found|Not available yet)$/,
    own: /^(Not available: (there is no primary at the moment|no answer from the primary |the primary mycluster-1 is fenced)|Replication Slots Enabled)/,
    why: 'the Cluster names the primary, and what keeps it from answering is known',
  },
  {
    place: /^Streaming Replication status\|Slot Safe WAL Size$/,
    official: /^\d+$/,
    own: /^\d+ MB$/,
    why: 'sizes in units',
  },
]

/** Facts that passed between the official run and the reading: the same kind of value, of another moment. */
export const MOVING: readonly { state: RegExp; place: RegExp; shape: RegExp }[] = [
  {
    state: /^(backup-running|unmanaged-slots|operator-1\.15\.1-failover-running|healthy)$/,
    place: /LSN$/,
    shape: /^\d\/[0-9A-F]+( \(Timeline: \d - WAL File: [0-9A-F]{24}\))?$/,
  },
  { state: /./, place: /\|Slot Restart LSN$/, shape: /^\d\/[0-9A-F]+$/ },
  { state: /^(backup-running|unmanaged-slots)$/, place: /Lag$/, shape: /^\d\d:\d\d:\d\d(\.\d+)?$/ },
  {
    state: /^base-backup-streaming$/,
    place: /^Physical backups\|(Progress|Transferred)$/,
    shape: /^(\d+\.\d\d%|\d+ MB)$/,
  },
  { state: /^instance-(blackholed|unreachable)$/, place: /^Pod Disruption Budgets status\|/, shape: /^[0-3]$/ },
  {
    state: /^operator-1\.15\.1-failover-running$/,
    place: /^Instances status\|(Manager Version|Replication role|Status)$/,
    shape: /^(-|Standby|PodInitializing)$/,
  },
]

/** True when ours says the same: the value itself, perhaps with more behind it in parentheses, ages aside. */
export function agrees(fact: Fact, own: string): boolean {
  if (fact.label.startsWith('Days Left')) return Math.abs(parseFloat(fact.value) - parseFloat(own)) < 0.02
  if (fact.section === 'Continuous Backup') return own === 'Not configured'
  if (fact.label === 'Status' && fact.row === '') return samePhase(fact.value, own)
  const official = withoutAge(fact.value)
  const ours = withoutAge(own)
  return official === ours || ours.replace(/ \([^()]*\)$/, '') === official || ours.startsWith(`${official}: `)
}

/** The official joins phase and reason by a space, ours by a colon, and drops a phase that the reason repeats. */
function samePhase(official: string, own: string): boolean {
  return [own, own.replace(': ', ' ')].includes(official) || (official.endsWith(own) && own.startsWith('Failing over'))
}

function withoutAge(text: string): string {
  return text
    .replace(/ \((\d+h)?(\d+m)?\d+(\.\d+)?s( ago)?[^()]*\)/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
