import { DEFAULT_SLOT_PREFIX } from '../api/constants.ts'
import type { SlotRow } from '../api/instance-status.ts'
import type { Cluster } from '../api/cluster.ts'
import type { Slot } from './cluster-status.ts'
import type { ModelContext } from './context.ts'
import { lsnLag } from './lsn.ts'

/** Prefix of the operator's own slots; null when it makes none (spec/commands-core.md 3.3). */
export function slotPrefix(cluster: Cluster): string | null {
  const availability = cluster.spec.replicationSlots?.highAvailability
  if (!availability || availability.enabled === false) return null
  return availability.slotPrefix ?? DEFAULT_SLOT_PREFIX
}

/** Name of an instance's slot (spec/wire-formats.md A.5.3). */
export function slotName(prefix: string, instance: string): string {
  return (prefix + instance).toLowerCase().replace(/[^a-z0-9_]+/g, '_')
}

/** All slots of the primary; null when it did not tell. */
export function slots(context: ModelContext, instances: readonly string[]): Slot[] | null {
  if (!context.primary) return null
  const { status } = context.primary
  // Slots that were switched off stay the operator's by their name until they are dropped.
  const availability = context.cluster.spec.replicationSlots?.highAvailability
  const prefix = availability ? (availability.slotPrefix ?? DEFAULT_SLOT_PREFIX) : null
  const owners = prefix === null ? new Map<string, string>() : ownersOf(prefix, instances)
  return (status.replicationSlotsInfo ?? []).map((row) => slot(row, prefix, owners, status.currentLsn))
}

/** The instances by the names of their slots, the first of those whose slots would have one name. */
function ownersOf(prefix: string, instances: readonly string[]): ReadonlyMap<string, string> {
  return new Map(instances.toReversed().map((instance) => [slotName(prefix, instance), instance]))
}

function slot(
  row: SlotRow,
  prefix: string | null,
  owners: ReadonlyMap<string, string>,
  currentLsn: string | undefined,
): Slot {
  const name = row.slotName ?? ''
  return {
    name,
    type: row.slotType ?? null,
    database: row.database || null,
    active: row.active ?? false,
    restartLsn: row.restartLsn || null,
    xmin: row.xmin || null,
    catalogXmin: row.catalogXmin || null,
    datoid: row.datoid || null,
    plugin: row.plugin || null,
    walStatus: row.walStatus || null,
    safeWalBytes: row.safeWalSize ?? null,
    heldBytes: lsnLag(currentLsn, row.restartLsn),
    managed: prefix !== null && name.startsWith(prefix),
    instance: owners.get(name) ?? null,
  }
}
