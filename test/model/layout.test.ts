import { expect, it } from 'vitest'

import { compareVersions, layoutOf } from '../../src/model/layout.ts'
import { buildStatus } from '../../src/model/status.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'

it.each([
  ['1.14.0', 'seed'],
  ['1.15.1', 'seed'],
  ['v1.15.5', 'seed'],
  ['0.9.0', 'seed'],
  ['1.16.0', 'current'],
  ['1.30.0', 'current'],
  ['2.0.0', 'current'],
  ['unknown', 'current'],
  [null, 'current'],
] as const)('%s has the layout %s', (version, layout) => {
  expect(layoutOf(version)).toBe(layout)
})

it('compares by numbers', () => {
  expect(['1.9.0', '1.10.0', '1.10.0-rc1', 'dev'].sort(compareVersions)).toEqual([
    'dev',
    '1.9.0',
    '1.10.0',
    '1.10.0-rc1',
  ])
})

it('goes by the highest manager that answers', () => {
  const snapshot = recordedSnapshot('operator-1.15.1-healthy')
  const [first] = snapshot.instances
  if (first?.status.ok) first.status.value.instanceManagerVersion = '1.30.0'
  expect(buildStatus(snapshot)).toMatchObject({ operatorVersion: '1.30.0', layout: 'current' })
})

it('goes by the annotations of pods, then of volumes, when nobody answers', () => {
  const silent = recordedSnapshot('healthy', 1)
  for (const reading of silent.instances) reading.status = { ok: false, reason: 'timeout', message: 'no answer' }
  expect(buildStatus(silent).operatorVersion).toBe('1.30.0')
  silent.objects.pods = { ok: true, value: [], at: silent.takenAt, via: 'api' }
  silent.instances = []
  expect(buildStatus(silent).operatorVersion).toBe('1.30.0')
  delete silent.objects.persistentVolumeClaims
  expect(buildStatus(silent)).toMatchObject({ operatorVersion: null, layout: 'current' })
})
