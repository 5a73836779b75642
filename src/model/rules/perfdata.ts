import { visible } from '../../api/visible-text.ts'
import type { ClusterStatus } from '../cluster-status.ts'
import { formatRange, type Range } from './range.ts'
import { RULES } from './table.ts'
import { levelsOf } from './thresholds.ts'
import type { Levels, Thresholds } from './types.ts'
import type { Unit } from './units.ts'

/** One figure of a check, as monitoring systems take it. */
export interface Measurement {
  /** Stable, e.g. `lag_bytes`. */
  name: string
  /** In the base of the unit; null: not known. */
  value: number | null
  unit: Unit
  levels: Levels
  min: number | null
  /** The rule that judges it; null for the plain counts. */
  rule: string | null
}

/** The figures of a cluster in a stable order: instances, ready ones, then one per threshold that has any here. */
export function perfdata(status: ClusterStatus, thresholds?: Thresholds): Measurement[] {
  const { instancesWanted, instancesReady } = status.summary
  const none: Levels = { warning: null, critical: null }
  const count = (name: string, value: number | null): Measurement => ({
    name,
    value,
    unit: 'count',
    levels: none,
    min: 0,
    rule: null,
  })
  const measured = RULES.flatMap((rule) => {
    const { threshold } = rule
    const value = threshold?.perfdata?.value(status)
    if (!threshold?.perfdata || value === undefined) return []
    const { name } = threshold.perfdata
    const levels = levelsOf(rule, thresholds)
    return [{ name, value, unit: threshold.unit, levels, min: threshold.unit === 'days' ? null : 0, rule: rule.id }]
  })
  return [count('instances', instancesWanted), count('ready', instancesReady), ...measured]
}

/** Units of measurement of the Monitoring Plugins guidelines; days and pieces have none. */
const UOM: Record<Unit, string> = { bytes: 'B', seconds: 's', days: '', count: '', percent: '%' }

/**
 * `lag_bytes=0B;16777216;134217728;0`; `U` stands for a value that is not known. Labels hold no equals sign, which the guidelines
 * forbid, nor a bar or anything that is not printed.
 */
export function formatMeasurement({ name, value, unit, levels, min }: Measurement, prefix = ''): string {
  const text = visible(prefix + name).replace(/[=|]/g, '_')
  const label = /[ ']/.test(text) ? `'${text.replaceAll("'", "''")}'` : text
  const level = (range: Range | null) => (range ? formatRange(range) : '')
  const figure = value === null ? 'U' : `${Math.round(value * 100) / 100}${UOM[unit]}`
  return `${label}=${figure};${level(levels.warning)};${level(levels.critical)};${min ?? ''}`.replace(/;+$/, '')
}
