import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import { describe, expect, it } from 'vitest'

import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import { renderJson } from '../../src/render/json.ts'
import { statusJson } from '../../src/render/status-json.ts'
import { recordedSnapshot, recordedStates } from '../helpers/recorded-snapshot.ts'
import { recordedScreen } from '../helpers/status-screen.ts'

/** Compares with test/goldens/STATE/FILE; `UPDATE_GOLDENS=1` writes it instead, to be looked at before it is committed. */
function expectGolden(state: string, file: string, text: string): void {
  const path = new URL(`../goldens/${state}/${file}`, import.meta.url).pathname
  if (process.env['UPDATE_GOLDENS'] === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  expect(text).toBe(readFileSync(path, 'utf8'))
}

describe.each(recordedStates())('%s', (state) => {
  it('status', () => expectGolden(state, 'status.txt', recordedScreen(state)))
  it('status -v', () => expectGolden(state, 'status-v.txt', recordedScreen(state, 1)))
  it('status -v -v', () => expectGolden(state, 'status-v-v.txt', recordedScreen(state, 2)))

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
    expectGolden(state, 'status.json', renderJson(model))
  })
})
