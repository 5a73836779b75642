import { describe, it } from 'vitest'

import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import { renderJson } from '../../src/render/json.ts'
import { statusJson } from '../../src/render/status-json.ts'
import { expectGolden } from '../helpers/golden.ts'
import { recordedSnapshot, recordedStates } from '../helpers/recorded-snapshot.ts'
import { recordedScreen } from '../helpers/status-screen.ts'

describe.each(recordedStates())('%s', (state) => {
  it('status', () => expectGolden(`${state}/status.txt`, recordedScreen(state)))
  it('status -v', () => expectGolden(`${state}/status-v.txt`, recordedScreen(state, 1)))
  it('status -v -v', () => expectGolden(`${state}/status-v-v.txt`, recordedScreen(state, 2)))

  it('status -o json', () => {
    const snapshot = recordedSnapshot(state, 1)
    const status = buildStatus(snapshot)
    // Copies of whole objects have a test of their own.
    const {
      cluster: _cluster,
      instanceStatus: _items,
      PrimaryPod: _pod,
      PodDisruptionBudgetList: _list,
      ...model
    } = statusJson(snapshot, status, assess(status, { details: true }))
    expectGolden(`${state}/status.json`, renderJson(model))
  })
})
