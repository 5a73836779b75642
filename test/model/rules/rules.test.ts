import { describe, expect, it } from 'vitest'

import { assess } from '../../../src/model/rules/assess.ts'
import { RULES } from '../../../src/model/rules/table.ts'
import { findingsOf, healthyStatus } from '../../helpers/status-builder.ts'
import { RULE_CASES } from './cases/all.ts'

describe.each(RULES.map(({ id }) => id))('%s', (id) => {
  it.each(RULE_CASES.filter((entry) => entry.id === id))(
    '$about',
    ({ appears, vanishes, severity, message, objects, command, options }) => {
      const found = findingsOf(id, appears, options)
      expect(found.map((finding) => finding.message)).toEqual([expect.stringMatching(patternOf(message))])
      expect(found[0]!.severity).toBe(severity)
      if (objects) expect(found[0]!.objects).toEqual(objects)
      if (command !== undefined) expect(found[0]!.command).toBe(command)
      const without = findingsOf(
        id,
        (status) => {
          appears(status)
          vanishes(status)
        },
        options,
      )
      expect(without).toEqual([])
    },
  )

  it('has a case', () => {
    expect(RULE_CASES.filter((entry) => entry.id === id)).not.toEqual([])
  })

  it('appears with declared severities only', () => {
    const declared = RULES.find((rule) => rule.id === id)!.severities
    for (const { severity } of RULE_CASES.filter((entry) => entry.id === id)) expect(declared).toContain(severity)
  })
})

function patternOf(message: string | RegExp): RegExp {
  return typeof message === 'string' ? new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) : message
}

describe('the table', () => {
  it('finds nothing in a healthy cluster', () => {
    expect(assess(healthyStatus())).toEqual([])
  })

  it('has unique ids in kebab-case, unique flags and unique names of performance data', () => {
    const ids = RULES.map(({ id }) => id)
    const flags = RULES.flatMap(({ threshold }) => threshold?.flag ?? [])
    const figures = RULES.flatMap(({ threshold }) => threshold?.perfdata?.name ?? [])
    for (const names of [ids, flags, figures]) expect(new Set(names).size).toBe(names.length)
    for (const name of [...ids, ...flags]) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
    for (const name of figures) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
  })

  it('explains every rule in whole sentences', () => {
    for (const { cause, consequence } of RULES)
      for (const text of [cause, consequence]) expect(text).toMatch(/^\S.*\.$/s)
  })

  it('has severities that come worst first', () => {
    const order = ['critical', 'warning', 'info']
    for (const { severities } of RULES) {
      const ranks = severities.map((severity) => order.indexOf(severity))
      expect(ranks).toEqual([...ranks].sort())
    }
  })
})
