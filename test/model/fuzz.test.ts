import { describe, expect, it } from 'vitest'

import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import { statusJson } from '../../src/render/status-json.ts'
import { changedAt, pathsIn, type Path } from '../helpers/fuzz.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { screenOf } from '../helpers/status-screen.ts'

/** States in which much is there to be missing. */
const STATES = [
  'lagging-replica',
  'base-backup-streaming',
  'bad-image',
  'fenced-one',
  'hibernation-blocked',
  'managed-roles',
  'replica-cluster',
  'pooler',
  'unmanaged-slots',
  'operator-1.15.1-failover-running',
]

/** Places of what was read, of pods and answers one each: the others have the same members. */
function places(snapshot: ClusterSnapshot): Path[] {
  return [
    ...pathsIn(snapshot.cluster, ['cluster']),
    ...pathsIn(snapshot.objects, ['objects']).filter(isOfFirst),
    ...pathsIn(snapshot.instances, ['instances']).filter(isOfFirst),
  ].filter((path) => !isOurOwn(path))
}

function isOfFirst(path: Path): boolean {
  return path.find((key) => typeof key === 'number') === undefined || path.find((key) => typeof key === 'number')! === 0
}

/** What this program itself puts around the facts is never missing. */
function isOurOwn(path: Path): boolean {
  const [root, first, second] = path
  if (root === 'objects') return path.length <= 2 || (second !== 'value' && path.length === 3)
  if (root === 'instances') return path.length <= 3 || (path.length === 4 && path[3] !== 'value')
  return root !== 'cluster' || first === undefined
}

/** What is wrong with the screens of a changed snapshot. */
function complaint(snapshot: ClusterSnapshot): string | undefined {
  try {
    const status = buildStatus(snapshot)
    const text = screenOf(status, 0) + screenOf(status, 1)
    JSON.stringify(statusJson(snapshot, status, assess(status)))
    const odd = /\b(undefined|null|NaN|Infinity)\b|\[object|Invalid Date/.exec(text)
    return odd ? `shows ${text.slice(Math.max(0, odd.index - 60), odd.index + 20)}` : undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error)
  }
}

describe.each(STATES)('%s with any one field', (state) => {
  const snapshot = recordedSnapshot(state, 1)
  const paths = places(snapshot)

  it.each([
    ['removed', undefined],
    ['null', null],
  ])('%s is shown whole', (_how, replacement) => {
    expect(paths.length).toBeGreaterThan(300)
    const complaints = paths.flatMap((path) => {
      const text = complaint(changedAt(snapshot, path, replacement))
      return text === undefined ? [] : [`${path.join('.')}: ${text}`]
    })
    expect(complaints).toEqual([])
  })
})
