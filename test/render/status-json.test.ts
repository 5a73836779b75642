import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'

import type { ClusterStatus } from '../../src/model/cluster-status.ts'
import type { Finding } from '../../src/model/finding.ts'
import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import type { Document } from '../../src/render/document.ts'
import { renderJson } from '../../src/render/json.ts'
import { statusJson, type StatusReport } from '../../src/render/status-json.ts'
import { renderText } from '../../src/render/text.ts'
import { statusView } from '../../src/render/views/status/index.ts'
import { renderYaml } from '../../src/render/yaml.ts'
import { recordedSnapshot, recordedStates } from '../helpers/recorded-snapshot.ts'
import { recordedDocument, tagPainter } from '../helpers/status-screen.ts'

function jsonOf(state: string, verbosity = 0) {
  const snapshot = recordedSnapshot(state, verbosity)
  return statusJson(snapshot, buildStatus(snapshot), [])
}

describe('the keys of the official plugin', () => {
  it('are really filled', () => {
    const json = jsonOf('healthy')
    expect(json.cluster.metadata.name).toBe('mycluster')
    expect(json.instanceStatus.items).toHaveLength(3)
    expect(json.instanceStatus.items[0]).toMatchObject({
      isPrimary: true,
      currentLsn: '0/380000C8',
      node: 'node1',
      isPodReady: true,
      pod: { metadata: { name: 'mycluster-1' }, status: { phase: 'Running' } },
    })
    expect(json.PrimaryPod.metadata).toMatchObject({ name: 'mycluster-1' })
    expect(json.PodDisruptionBudgetList.items.map(({ metadata }) => metadata.name)).toEqual([
      'mycluster',
      'mycluster-primary',
    ])
    expect(json).toMatchObject({ ErrorList: [], TotalClusterSize: '1246 MB' })
  })

  it('carry errors as objects, in the list and in the item', () => {
    const json = jsonOf('rbac-no-proxy')
    const error = {
      subject: 'instance mycluster-1',
      code: 403,
      reason: 'forbidden',
      message: 'pods/proxy is forbidden for user "viewer"',
    }
    expect(json.ErrorList).toContainEqual(expect.objectContaining(error))
    expect(json.instanceStatus.items[0]).toMatchObject({ error, isPodReady: true })
    expect(json.ErrorList.map(({ subject }) => subject)).toContain('poddisruptionbudgets')
  })

  it('hold an empty pod without a primary, as the official', () => {
    expect(jsonOf('initializing-a').PrimaryPod).toEqual({ metadata: {}, spec: { containers: null }, status: {} })
  })
})

it('begins with its version and the findings', () => {
  expect(Object.keys(jsonOf('healthy')).slice(0, 4)).toEqual(['schemaVersion', 'findings', 'takenAt', 'clientVersion'])
})

describe.each(recordedStates())('holds every fact of the text: %s', (state) => {
  it.each([
    [0, false],
    [1, false],
    [2, true],
  ])('at level %i, wide: %s', (verbosity, wide) => {
    const snapshot = recordedSnapshot(state, verbosity)
    const model = buildStatus(snapshot)
    const findings = assess(model, { details: verbosity > 0 })
    const screen = (from: ClusterStatus, found: readonly Finding[]) =>
      renderText(statusView(from, found, { verbosity, wide }), { painter: tagPainter, width: undefined })

    // The screen can be drawn from what the JSON says alone, with nothing of the official keys.
    const json = JSON.parse(renderJson(statusJson(snapshot, model, findings))) as StatusReport
    const {
      findings: told,
      cluster: _c,
      instanceStatus: _i,
      PrimaryPod: _p,
      PodDisruptionBudgetList: _b,
      ...own
    } = json
    expect(screen(own, told)).toBe(screen(model, findings))
  })

  it('as a text of its own', () => {
    const json = renderJson(jsonOf(state, 2))
    const shown = words(recordedDocument(state, 2, true)).flatMap((text) => text.match(TOKENS) ?? [])
    expect(shown).not.toEqual([])
    expect([...new Set(shown)].filter((token) => !json.includes(token))).toEqual([])
  })
})

/** Texts that stand for a fact by themselves: LSNs, WAL files, moments, images, versions, names with a serial. */
const TOKENS =
  /[0-9A-F]+\/[0-9A-F]{4,}|\b[0-9A-F]{24}\b|\d{4}-\d\d-\d\dT[\d:.]+Z|ghcr\.io\S+?:[\d.]+|mycluster-[\w-]+|\d\d:\d\d:\d\d\.\d+/g

/** All cells of a document, but for files shown as they are. */
function words({ sections }: Document): string[] {
  return sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => {
      switch (block.kind) {
        case 'pairs':
          return block.rows.map(({ value }) => value.text)
        case 'table':
        case 'list':
          return block.rows.flat().map(({ text }) => text)
        case 'note':
          return [block.text.text]
        case 'raw':
          return []
      }
    }),
  )
}

it('knows no undefined: what is unknown is null', () => {
  const { cluster: _cluster, instanceStatus: _items, PrimaryPod: _pod, ...model } = jsonOf('rbac-cluster-only', 1)
  const paths: string[] = []
  const walk = (value: unknown, path: string) => {
    if (value === undefined) paths.push(path)
    if (typeof value === 'object' && value !== null)
      for (const [key, member] of Object.entries(value)) walk(member, `${path}.${key}`)
  }
  walk(model, '')
  expect(paths).toEqual([])
})

it('YAML says the same as JSON', () => {
  const json = jsonOf('healthy', 1)
  expect(load(renderYaml(json))).toEqual(JSON.parse(renderJson(json)))
})

it('neither lets control characters through', () => {
  const value = { text: 'a\u001b[2J\u0085\u202eb\u009b\u{e0041}é\n', plain: 'é\u200bx', quoted: '"\u2066' }
  expect(renderJson(value)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2066\u{e0041}]/u)
  expect(JSON.parse(renderJson(value))).toEqual(value)
  expect(renderYaml(value)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2066\u{e0041}]/u)
  expect(load(renderYaml(value))).toEqual(value)
})
