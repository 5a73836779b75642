import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/api/cluster.ts'
import type { PodDisruptionBudget } from '../../src/api/objects.ts'
import { fullName, windowOf } from '../../src/plan/maintenance-window.ts'
import { goalOfMaintenance } from '../../src/plan/maintenance-goal.ts'
import { recordedObjects, recordedStates } from '../helpers/recorded-snapshot.ts'

const at = '2026-11-23T06:05:00Z'

describe('the budgets that a real operator has made', () => {
  it.each(recordedStates())('in state %s are what the proof of maintenance expects', (state) => {
    const clusters = recordedObjects<Cluster>(state, 'Cluster')
    const budgets = recordedObjects<PodDisruptionBudget>(state, 'PodDisruptionBudget')
    for (const cluster of clusters) {
      const goal = goalOfMaintenance({ open: windowOf(cluster).inProgress, reusePVC: null }, [fullName(cluster)])
      const part = { ok: true, value: budgets, at, via: 'api' } as const
      expect(goal({ clusters, budgets: part })).toMatchObject({ verdict: 'proved' })
      // With a budget too few the proof is not there, but where a cluster sleeps nothing is expected.
      const sleeps = cluster.metadata.annotations?.['cnpg.io/hibernation'] === 'on'
      const none = goal({ clusters, budgets: { ...part, value: [] } })
      expect(none.verdict).toBe(sleeps ? 'proved' : 'running')
    }
  })

  it('without the right to read them are not proved, which is said', () => {
    const clusters = recordedObjects<Cluster>('healthy', 'Cluster')
    const budgets = { ok: false, reason: 'forbidden', message: 'forbidden' } as const
    expect(goalOfMaintenance({ open: false, reusePVC: null }, clusters.map(fullName))({ clusters, budgets })).toEqual({
      phases: [],
      verdict: 'proved',
      reason: 'the disruption budgets could not be read',
    })
  })
})
