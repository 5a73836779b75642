import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { buildStatus } from '../../src/model/status.ts'
import { renderText } from '../../src/render/text.ts'
import { statusView } from '../../src/render/views/status/index.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { plainPainter, recordedScreen } from '../helpers/status-screen.ts'

/** The recording of the seed's own cluster, with the figures of the seed's sample. */
function seedSnapshot(): ClusterSnapshot {
  const snapshot = recordedSnapshot('operator-1.15.1-healthy')
  const text = JSON.stringify(snapshot)
    .replaceAll('7711253674954989588', '7112239011699195924')
    .replaceAll('0/5000060', '0/6000060')
    .replaceAll('000000010000000000000005', '000000010000000000000006')
    .replaceAll('29 MB', '33 MB')
    .replaceAll('2027-02-21 06:37:34 +0000 UTC', '2022-09-21 01:14:15 +0000 UTC')
  return { ...(JSON.parse(text) as ClusterSnapshot), takenAt: '2022-06-23T01:28:00Z' }
}

it('prints the seed screen to the letter for an operator 1.15.1', () => {
  const view = statusView(buildStatus(seedSnapshot()), [], { verbosity: 0, wide: false })
  const seed = readFileSync(new URL('../fixtures/seed-status.txt', import.meta.url), 'utf8')
  expect(renderText(view, { painter: plainPainter, width: undefined })).toBe(seed)
})

it('keeps the commands of the field working: grep and tail', () => {
  const lines = recordedScreen('healthy-sync').trimEnd().split('\n')
  expect(lines.filter((line) => line.includes('Image'))).toHaveLength(1)
  expect(lines.filter((line) => line.includes('Primary instance'))).toEqual(['Primary instance:        mycluster-1'])
  expect(lines.filter((line) => line.includes('Current Write LSN'))).toHaveLength(1)
  expect(lines.slice(-6).map((line) => line.split(/ {2,}/)[0])).toEqual([
    'Instances status',
    'Name',
    '----',
    'mycluster-1',
    'mycluster-2',
    'mycluster-3',
  ])
})

it('shows everything there is of an old cluster with -v', () => {
  const screen = recordedScreen('operator-1.15.1-healthy', 1)
  expect(screen).toContain('Primary promotion time:  2026-11-23 06:42:42 +0000 UTC')
  expect(screen).toContain('Lag Bytes')
  expect(screen).toMatch(/Manager Version {2}Node$/m)
})
