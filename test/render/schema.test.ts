import { readFileSync } from 'node:fs'

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'

import { publishedSchemas, schemaOf, schemaText } from '../../scripts/schema/schemas.ts'
import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import { renderJson } from '../../src/render/json.ts'
import { statusJson } from '../../src/render/status-json.ts'
import { recordedSnapshot, recordedStates } from '../helpers/recorded-snapshot.ts'

describe.each(publishedSchemas.map((published) => [published.path, published] as const))('%s', (path, published) => {
  it('is what the types say (node scripts/schema.ts writes it)', async () => {
    const committed = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
    expect(committed).toBe(await schemaText(schemaOf(published)))
  })
})

describe('the JSON of a status', () => {
  const published = publishedSchemas.find(({ type }) => type === 'StatusReport')!
  let isPublished: ValidateFunction
  let isComplete: ValidateFunction

  beforeAll(() => {
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
    isPublished = ajv.compile(schemaOf(published))
    isComplete = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schemaOf(published, { closed: true }))
  })

  function reportOf(state: string, verbosity: number): unknown {
    const snapshot = recordedSnapshot(state, verbosity)
    const model = buildStatus(snapshot)
    return JSON.parse(renderJson(statusJson(snapshot, model, assess(model, { details: verbosity > 0 }))))
  }

  it.each(recordedStates())('obeys the schema and holds nothing that it does not know: %s', (state) => {
    for (const verbosity of [0, 2]) {
      const report = reportOf(state, verbosity)
      expect(isPublished(report) ? [] : isPublished.errors).toEqual([])
      expect(isComplete(report) ? [] : isComplete.errors).toEqual([])
    }
  })

  it.each([
    ['a part is missing', (report: Report) => delete report['summary']],
    ['a part is of another type', (report: Report) => (report['slots'] = 'none')],
    ['the version is another', (report: Report) => (report['schemaVersion'] = 2)],
    [
      'a finding is of an unknown severity',
      (report: Report) => (report['findings'] = [{ ...FINDING, severity: 'bad' }]),
    ],
  ])('does not obey it when %s', (_what, spoil) => {
    const report = reportOf('healthy', 0) as Report
    spoil(report)
    expect(isPublished(report)).toBe(false)
  })

  it('may get more members without breaking those who check', () => {
    const report = { ...(reportOf('healthy', 0) as Report), more: 1 }
    expect(isPublished(report)).toBe(true)
    expect(isComplete(report)).toBe(false)
  })
})

type Report = Record<string, unknown>

const FINDING = { id: 'replica-lag', severity: 'warning', message: 'behind', objects: ['mycluster-2'] }
