import { expect, it } from 'vitest'

import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import { renderJson } from '../../src/render/json.ts'
import { statusJson } from '../../src/render/status-json.ts'
import { renderText } from '../../src/render/text.ts'
import { renderYaml } from '../../src/render/yaml.ts'
import { changedAt, pathsIn, type Path } from '../helpers/fuzz.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { plainPainter, screenDocument } from '../helpers/status-screen.ts'

/** States in which much is there to be missing. */
const STATES = ['lagging-replica', 'bad-image', 'managed-roles', 'replica-cluster', 'operator-1.15.1-failover-running']

/** Null is made the same as absent in one place: fewer states do. */
const NULLED = ['replica-cluster', 'operator-1.15.1-failover-running']

/** Parts of a pod that nobody here reads, though they are most of it. */
const UNREAD =
  /^(env|envFrom|volumeMounts|volumes|tolerations|affinity|securityContext|topologySpreadConstraints|.*Probe)$/

/** Places of what was read, of pods and answers one each: the others have the same members. */
function places(snapshot: ClusterSnapshot): Path[] {
  return [
    ...pathsIn(snapshot.cluster, ['cluster']),
    ...pathsIn(snapshot.objects, ['objects']).filter(isOfFirst),
    ...pathsIn(snapshot.instances, ['instances']).filter(isOfFirst),
  ].filter((path) => !isOurOwn(path) && !path.some((key) => UNREAD.test(String(key))))
}

function isOfFirst(path: Path): boolean {
  return path.every((key, index) => typeof key === 'string' || key === 0 || path[index - 1] === 'conditions')
}

/** What this program itself puts around the facts is never missing. */
function isOurOwn(path: Path): boolean {
  const [root, first, second] = path
  if (root === 'objects') return path.length <= 2 || (second !== 'value' && path.length === 3)
  if (root === 'instances') return path.length <= 3 || (path.length === 4 && path[3] !== 'value')
  return root !== 'cluster' || first === undefined
}

/** Every text of a document; quicker than to write it out. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

/** What is wrong with the screens of a changed snapshot. */
function complaint(snapshot: ClusterSnapshot): string | undefined {
  try {
    const status = buildStatus(snapshot)
    const text = textsOf(screenDocument(status, 1, true)).join('\n')
    JSON.stringify(statusJson(snapshot, status, assess(status)))
    const odd = /\b(undefined|null|NaN|Infinity)\b|\[object|Invalid Date/.exec(text)
    return odd ? `shows ${text.slice(Math.max(0, odd.index - 60), odd.index + 20)}` : undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error)
  }
}

function complaints(state: string, replacement: undefined | null): string[] {
  const snapshot = recordedSnapshot(state, 1)
  const paths = places(snapshot)
  expect(paths.length).toBeGreaterThan(200)
  return paths.flatMap((path) => {
    const text = complaint(changedAt(snapshot, path, replacement))
    return text === undefined ? [] : [`${path.join('.')}: ${text}`]
  })
}

it.each(STATES)('%s is shown whole without any one field', (state) => {
  expect(complaints(state, undefined)).toEqual([])
})

it.each(NULLED)('%s is shown whole with any one field null', (state) => {
  expect(complaints(state, null)).toEqual([])
})

/** Clears the screen, rings, turns the direction of writing around, and opens a sequence in one byte. */
const CONTROLS = '\u001b[2J\u0007\u202e\u009b'

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value)
}

/** What of a text a terminal would obey. */
function obeyed(text: string): string | undefined {
  const at = text.search(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u)
  return at < 0 ? undefined : JSON.stringify(text.slice(Math.max(0, at - 60), at + 5))
}

function textPlaces(snapshot: ClusterSnapshot): Path[] {
  return places(snapshot).filter((path) => typeof valueAt(snapshot, path) === 'string')
}

function poisoned(snapshot: ClusterSnapshot, paths: readonly Path[]): ClusterSnapshot {
  return paths.reduce((so, path) => changedAt(so, path, `${valueAt(snapshot, path) as string}${CONTROLS}`), snapshot)
}

it.each(STATES)('%s sends no control character of the cluster to a terminal, whatever text holds it', (state) => {
  const snapshot = recordedSnapshot(state, 2)
  const texts = textPlaces(snapshot)
  expect(texts.length).toBeGreaterThan(100)
  // Every eighth text at a time: where all are spoilt at once, little is left to be shown.
  for (let group = 0; group < 8; group++) {
    const status = buildStatus(
      poisoned(
        snapshot,
        texts.filter((_, index) => index % 8 === group),
      ),
    )
    const text = renderText(screenDocument(status, 2, true), { painter: plainPainter, width: 120 })
    expect(obeyed(text)).toBeUndefined()
    expect(text).toContain('\\x1b[2J')
  }
})

it.each(STATES)('%s sends none as JSON or YAML either', (state) => {
  const snapshot = recordedSnapshot(state, 2)
  const changed = poisoned(snapshot, textPlaces(snapshot))
  const status = buildStatus(changed)
  const report = statusJson(changed, status, assess(status))
  expect([obeyed(renderJson(report)), obeyed(renderYaml(report))]).toEqual([undefined, undefined])
  expect(renderJson(report)).toContain('\\u001b[2J')
})
