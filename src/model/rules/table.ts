import { editDistance } from '../../errors/nearest.ts'
import { ARCHIVING_RULES } from './archiving.ts'
import { BACKUP_RULES } from './backups.ts'
import { CERTIFICATE_RULES } from './certificates.ts'
import { CONFIGURATION_RULES } from './configuration.ts'
import { FENCING_RULES } from './fencing.ts'
import { IMAGE_RULES } from './images.ts'
import { INSTANCE_HEALTH_RULES } from './instance-health.ts'
import { INSTANCE_RULES } from './instances.ts'
import { LAG_RULES } from './lag.ts'
import { LIFECYCLE_RULES } from './lifecycle.ts'
import { MANAGED_RULES } from './managed.ts'
import { DISRUPTION_RULES } from './pdb.ts'
import { PLUGIN_RULES } from './plugins.ts'
import { POOLER_RULES } from './pooler.ts'
import { PRIMARY_RULES } from './primary.ts'
import { REPLICA_CLUSTER_RULES } from './replica-clusters.ts'
import { REPLICATION_RULES } from './replication.ts'
import { ROLLOUT_RULES } from './rollouts.ts'
import { SCHEDULE_RULES } from './schedules.ts'
import { SINGLE_RULES } from './single.ts'
import { SLOT_RULES } from './slots.ts'
import { STORAGE_RULES } from './storage.ts'
import { TRANSITION_RULES } from './transitions.ts'
import type { Rule } from './types.ts'
import { VERSION_RULES } from './versions.ts'

/** All rules. Findings of one severity are told in this order: what stops the database first. */
export const RULES: readonly Rule[] = [
  ...PRIMARY_RULES,
  ...TRANSITION_RULES,
  ...FENCING_RULES,
  ...INSTANCE_RULES,
  ...INSTANCE_HEALTH_RULES,
  ...STORAGE_RULES,
  ...ARCHIVING_RULES,
  ...REPLICATION_RULES,
  ...LAG_RULES,
  ...REPLICA_CLUSTER_RULES,
  ...SLOT_RULES,
  ...CERTIFICATE_RULES,
  ...BACKUP_RULES,
  ...SCHEDULE_RULES,
  ...ROLLOUT_RULES,
  ...CONFIGURATION_RULES,
  ...LIFECYCLE_RULES,
  ...PLUGIN_RULES,
  ...MANAGED_RULES,
  ...POOLER_RULES,
  ...IMAGE_RULES,
  ...DISRUPTION_RULES,
  ...SINGLE_RULES,
  ...VERSION_RULES,
]

export function findRule(id: string): Rule | undefined {
  return RULES.find((rule) => rule.id === id)
}

/** The id most like a mistyped one; undefined when none is near. */
export function nearestId(text: string): string | undefined {
  const wanted = text.toLowerCase()
  const ranked = RULES.map(({ id }) => ({ id, distance: id.includes(wanted) ? 1 : editDistance(wanted, id) }))
  const best = ranked.sort((a, b) => a.distance - b.distance)[0]
  return best && wanted !== '' && best.distance <= Math.max(2, Math.floor(best.id.length / 3)) ? best.id : undefined
}
