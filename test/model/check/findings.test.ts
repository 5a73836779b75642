import { describe, expect, it } from 'vitest'
import { clusterCheck } from '../../../src/model/check/cluster-check.ts'
import { DECIDED_BY, DECIDED_BY_INSTANCES, EXTRAS } from '../../../src/model/check/unseen.ts'
import { checkReport, stateNumber } from '../../../src/model/check/whole-check.ts'
import type { ClusterStatus } from '../../../src/model/cluster-status.ts'
import { assess, type AssessOptions } from '../../../src/model/rules/assess.ts'
import { RULES } from '../../../src/model/rules/table.ts'
import { nagiosText } from '../../../src/render/check/nagios.ts'
import { parsePerfdata } from '../../helpers/perfdata.ts'
import { healthyStatus, NOW } from '../../helpers/status-builder.ts'
import { RULE_CASES } from '../rules/cases/all.ts'

/** What `check` prints of a cluster, looking at one finding, and its exit code. */
function check(change: (status: ClusterStatus) => void, id: string, options: AssessOptions = {}) {
  const status = healthyStatus(change)
  const thresholds = options.thresholds ?? new Map()
  const findings = assess(status, { ...options, only: [id] })
  const cluster = clusterCheck({ status, findings, unseen: [], thresholds, acknowledged: new Map() })
  const report = checkReport({ takenAt: NOW, seconds: 0, clusters: [cluster], failures: [], changes: [], single: true })
  const [first = '', ...rest] = nagiosText(report, { single: true }).trimEnd().split('\n')
  return { first, rest, code: stateNumber(report.state) }
}

const STATES = { critical: ['CRITICAL', 2], warning: ['WARNING', 1], info: ['OK', 0] } as const

describe.each(RULE_CASES.map((entry) => [`${entry.id}: ${entry.about}`, entry] as const))('%s', (_name, entry) => {
  const { id, appears, vanishes, severity, options } = entry
  const [state, code] = STATES[severity]

  it(`is ${state} in the line and the exit code, and OK again afterwards`, () => {
    const ill = check(appears, id, options)
    expect(ill.code).toBe(code)
    expect(ill.first).toMatch(new RegExp(`^CNPG ${state} - \\S+: `))
    expect(ill.rest.some((line) => line.startsWith(severity === 'info' ? `note ${id}: ` : `${state} ${id}: `))).toBe(
      true,
    )
    expect(() => parsePerfdata(ill.first)).not.toThrow()
    const well = check(
      (status) => {
        appears(status)
        vanishes(status)
      },
      id,
      options,
    )
    expect(well.code).toBeLessThan(severity === 'info' ? 3 : code)
    if (well.rest.length === 0) expect(well.first).toMatch(/^CNPG OK - /)
  })
})

describe('what cannot be seen', () => {
  it('stands for findings that there are', () => {
    const known = RULES.map(({ id }) => id)
    const named = [...Object.values(DECIDED_BY), ...Object.values(EXTRAS), DECIDED_BY_INSTANCES].flat()
    expect(named.filter((id) => !known.includes(id))).toEqual([])
  })
})
