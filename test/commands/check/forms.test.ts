import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { publishedSchemas, schemaOf } from '../../../scripts/schema/schemas.ts'
import type { CheckJson } from '../../../src/render/check/json.ts'
import { systemProgram } from '../../helpers/programs.ts'
import { runProcess } from '../../helpers/process.ts'
import { parseMetrics, sampleOf } from '../../helpers/prometheus.ts'
import { headline, playCheck } from './support.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'check-test-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

const promtool = systemProgram('promtool')

async function metricsOf(text: string) {
  if (promtool !== undefined) {
    const { code, stderr } = await runProcess(promtool, ['check', 'metrics'], { stdin: text })
    expect({ code, stderr }).toMatchObject({ code: 0 })
  }
  return parseMetrics(text)
}

describe('-o json', () => {
  it('fits the published schema and holds what the line says', async () => {
    const published = publishedSchemas.find(({ path }) => path.includes('check.schema'))!
    const validate = new Ajv2020({ strict: false }).compile(schemaOf(published, { closed: true }))
    const { server, check } = await playCheck('lagging-replica')
    server.policy.deny({ resource: 'poddisruptionbudgets' })
    const { code, stdout, stderr } = await check('-o json --ack replica-lag=2026-12-01')
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    const report = JSON.parse(stdout) as CheckJson
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
    expect(report).toMatchObject({ state: 'UNKNOWN', exitCode: 3, kind: 'Check', failures: [] })
    const [cluster] = report.clusters
    expect(cluster?.findings.find(({ id }) => id === 'replica-lag')).toMatchObject({
      counts: false,
      acknowledgedUntil: '2026-12-02T00:00:00.000Z',
    })
    expect(cluster?.perfdata.find(({ name }) => name === 'lag_bytes')).toEqual({
      name: 'lag_bytes',
      value: 115687760,
      unit: 'bytes',
      warning: '16777216',
      critical: '134217728',
      rule: 'replica-lag',
    })
  })

  it('tells its own failures in the same form', async () => {
    const { server, check } = await playCheck('healthy-single')
    server.policy.deny({ resource: 'clusters' })
    const { code, stdout } = await check('-o json')
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ state: 'UNKNOWN', exitCode: 3, clusters: [] })
    const mistake = await check('-o json --lag-bytes much')
    expect(mistake.code).toBe(3)
    expect(JSON.parse(mistake.stdout)).toMatchObject({ error: { kind: 'usage', exitCode: 3 } })
  })
})

describe('-o prometheus', () => {
  it('is read by a real parser', async () => {
    const { server, check } = await playCheck('lagging-replica')
    const { code, stdout } = await check('-o prometheus')
    expect(code).toBe(1)
    const families = await metricsOf(stdout)
    expect(families.every(({ type, help }) => type === 'GAUGE' && help !== '')).toBe(true)
    const mine = { namespace: 'rec-main', cluster: 'mycluster' }
    expect(sampleOf(families, 'cnpg_check_last_run_timestamp_seconds')).toBe(server.at.getTime() / 1000)
    expect(sampleOf(families, 'cnpg_check_state')).toBe(1)
    expect(sampleOf(families, 'cnpg_check_cluster_state', mine)).toBe(1)
    expect(sampleOf(families, 'cnpg_check_lag_bytes', mine)).toBe(115687760)
    const lag = { ...mine, finding: 'replica-lag', severity: 'warning', counts: 'true' }
    expect(sampleOf(families, 'cnpg_check_findings', lag)).toBe(1)
  })

  it('has no sample for what is not known, and says what could not be seen', async () => {
    const { server, check } = await playCheck('healthy-single')
    for (const resource of ['pods/proxy', 'pods/exec', 'pods/portforward', 'secrets']) server.policy.deny({ resource })
    const families = await metricsOf((await check('-o prometheus')).stdout)
    expect(families.map(({ name }) => name)).not.toContain('cnpg_check_wals_waiting')
    expect(sampleOf(families, 'cnpg_check_unseen', { subject: 'instance mycluster-1', reason: 'forbidden' })).toBe(1)
    expect(sampleOf(families, 'cnpg_check_state')).toBe(3)
  })
})

describe('--textfile', () => {
  it('is written as a whole, for others to read, beside the ordinary output', async () => {
    const place = await folder()
    const file = join(place, 'cnpg.prom')
    const { server, check } = await playCheck('healthy-single')
    const { code, stdout } = await check(`--textfile ${file}`)
    expect(code).toBe(0)
    expect(headline(stdout)).toMatch(/^CNPG OK/)
    expect((await stat(file)).mode & 0o777).toBe(0o644)
    expect(await readdir(place)).toEqual(['cnpg.prom'])
    expect(sampleOf(await metricsOf(await readFile(file, 'utf8')), 'cnpg_check_state')).toBe(0)
    // When the check itself fails, the old figures do not stay.
    server.policy.deny({ resource: 'clusters' })
    expect((await check(`--textfile ${file}`)).code).toBe(3)
    const families = await metricsOf(await readFile(file, 'utf8'))
    expect(families.map(({ name }) => name)).not.toContain('cnpg_check_cluster_state')
    expect(sampleOf(families, 'cnpg_check_failures')).toBe(1)
  })

  it('that cannot be written makes the check UNKNOWN and leaves nothing behind', async () => {
    const place = await folder()
    await mkdir(join(place, 'cnpg.prom'))
    const { check } = await playCheck('healthy-single')
    const { code, stdout } = await check(`--textfile ${join(place, 'cnpg.prom')}`)
    expect(code).toBe(3)
    expect(headline(stdout)).toMatch(/^CNPG UNKNOWN - cannot write .*cnpg\.prom: .*; mycluster: 1\/1 instances ready/)
    expect(await readdir(place)).toEqual(['cnpg.prom'])
    await chmod(place, 0o700)
  })
})

describe('-o junit', () => {
  interface Suites {
    testsuites: { testsuite: { '@_name': string; '@_tests': string; '@_failures': string; testcase: Case[] }[] }
  }
  interface Case {
    '@_name': string
    failure?: { '@_type': string; '@_message': string }
    error?: { '@_message': string }
    skipped?: { '@_message': string }
  }

  it('is XML with a case per finding', async () => {
    const config = join(await folder(), 'check.yaml')
    await writeFile(config, 'skip: [slot-wal]\n')
    const { server, check } = await playCheck('lagging-replica')
    server.policy.deny({ resource: 'poddisruptionbudgets' })
    const { code, stdout } = await check(`-o junit --ack pooler-not-ready=2026-12-01 --config ${config}`)
    expect(code).toBe(3)
    expect(XMLValidator.validate(stdout)).toBe(true)
    const parser = new XMLParser({
      ignoreAttributes: false,
      isArray: (name) => ['testsuite', 'testcase'].includes(name),
    })
    const [suite] = (parser.parse(stdout) as Suites).testsuites.testsuite
    const cases = new Map(suite?.testcase.map((each) => [each['@_name'], each]))
    expect(suite?.['@_name']).toBe('rec-main/mycluster')
    expect(suite?.['@_tests']).toBe(String(cases.size))
    expect(cases.get('replica-lag')?.failure).toMatchObject({ '@_type': 'WARNING' })
    expect(cases.get('replica-lag')?.failure?.['@_message']).toContain('110 MB behind')
    expect(cases.get('pooler-not-ready')?.skipped?.['@_message']).toContain('acknowledged until')
    expect(cases.get('read poddisruptionbudgets')?.error).toBeDefined()
    expect(Object.keys(cases.get('no-primary') ?? {})).toEqual(['@_name', '@_classname'])
    expect(cases.has('slot-wal')).toBe(false)
  })
})
