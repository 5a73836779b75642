import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'

import { buildStatus } from '../../src/model/status.ts'
import { renderJson } from '../../src/render/json.ts'
import { statusJson } from '../../src/render/status-json.ts'
import { renderYaml } from '../../src/render/yaml.ts'
import { recordedSnapshot, recordedStates } from '../helpers/recorded-snapshot.ts'
import { recordedScreen } from '../helpers/status-screen.ts'

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
      message: 'pods/proxy is forbidden',
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

/** Texts that stand for a fact by themselves: LSNs, WAL files, moments, images, versions, names with a serial. */
const TOKENS =
  /[0-9A-F]+\/[0-9A-F]{4,}|\b[0-9A-F]{24}\b|\d{4}-\d\d-\d\dT[\d:.]+Z|ghcr\.io\S+?:[\d.]+|mycluster-[\w-]+|\d\d:\d\d:\d\d\.\d+/g

it.each(recordedStates())('holds every fact of the text: %s', (state) => {
  const facts = recordedScreen(state, 2).split('PostgreSQL HBA Rules')
  const shown = [...new Set(facts.join('\n').match(TOKENS))]
  const json = renderJson(jsonOf(state, 2))
  expect(shown.filter((token) => !json.includes(token))).toEqual([])
})

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
