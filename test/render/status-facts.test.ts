import { describe, expect, it } from 'vitest'

import { agrees, CORRECTIONS, MOVING, type Correction } from '../helpers/corrected-facts.ts'
import { officialFacts, ownValue, type Fact } from '../helpers/facts.ts'
import { recordedSnapshot, recordedStates } from '../helpers/recorded-snapshot.ts'
import { recordedDocument, recordedScreen } from '../helpers/status-screen.ts'

const LEVELS = { status: 0, 'status-v': 1, 'status-v-v': 2 } as const
const used = new Set<Correction>()

/** Undefined when the fact is on our screen or listed as corrected; else what is wrong. */
function complaint(state: string, fact: Fact, own: string | undefined): string | undefined {
  if (own !== undefined && agrees(fact, own)) return undefined
  const place = `${fact.section}|${fact.label}`
  const moved = MOVING.some(
    (entry) => entry.state.test(state) && entry.place.test(place) && entry.shape.test(own ?? ''),
  )
  if (moved) return undefined
  const corrected = CORRECTIONS.find(
    (entry) =>
      entry.place.test(place) &&
      entry.official.test(fact.value) &&
      (entry.own ? entry.own.test(own ?? '') : own === undefined || own === '-'),
  )
  if (!corrected)
    return `${place} ${fact.row}: official "${fact.value}", ours ${own === undefined ? 'absent' : `"${own}"`}`
  used.add(corrected)
  return undefined
}

describe('every fact of the official screens is on ours or corrected for a reason', () => {
  it.each(recordedStates())('%s', (state) => {
    const facts = officialFacts(state)
    const complaints = Object.entries(LEVELS).flatMap(([run, level]) => {
      const document = recordedDocument(state, level)
      return (facts[run] ?? []).map((fact) => complaint(state, fact, ownValue(document, fact)))
    })
    expect(complaints.length).toBeGreaterThan(10)
    expect(complaints.filter((text) => text !== undefined)).toEqual([])
  })

  it.each(recordedStates())('the size is missing only where the metrics of the primary are: %s', (state) => {
    const { instances, cluster } = recordedSnapshot(state)
    const primary = instances.find(({ pod }) => pod === cluster.status?.currentPrimary)
    const told = primary?.metrics.ok === true && primary.metrics.value.databaseBytes !== undefined
    // The screen of the seed has no such row.
    expect(/^Size: /m.test(recordedScreen(state))).toBe(told && !state.startsWith('operator-1.15'))
  })

  it('needs every listed correction', () => {
    expect(CORRECTIONS.filter((entry) => !used.has(entry)).map(({ why }) => why)).toEqual([])
  })
})
