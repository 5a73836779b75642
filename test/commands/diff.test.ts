import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { afterAll } from 'vitest'

import { sideOf } from '../../src/commands/diff/side.ts'
import { cli } from '../helpers/cli.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { play } from '../snapshot/support/recorded.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diff-test-'))
  for (const state of ['healthy', 'failover-done']) {
    await writeFile(join(folder, `${state}.json`), JSON.stringify(recordedSnapshot(state)))
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('diff of files', () => {
  it('groups what differs, with both sides beside each other', async () => {
    const { code, stdout, stderr } = await cli(`diff ${folder}/healthy.json ${folder}/failover-done.json`)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const groups = stdout.split('\n\n')
    expect(groups[0]).toMatch(/^4 differences\nLeft: +rec-main\/mycluster \(.*healthy\.json, 2026-11-23 05:56:07 /)
    expect(groups.slice(1).map((group) => group.split('\n')[0])).toEqual(['Summary', 'Findings', 'Instances', 'Backup'])
    expect(groups[1]).toBe('Summary\nWhat      Left  Right\n----      ----  -----\nTimeline  1     3')
  })

  it('ends with 0 when nothing does', async () => {
    const { code, stdout } = await cli(`diff ${folder}/healthy.json ${folder}/healthy.json`)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^No differences\n/)
  })

  it('takes one side from stdin, and answers in JSON', async () => {
    const stdin = await readFile(join(folder, 'failover-done.json'))
    const { code, stdout } = await cli(`diff ${folder}/healthy.json - -o json`, { stdin })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      same: false,
      right: { source: 'stdin', name: 'mycluster' },
      differences: expect.arrayContaining([
        { section: 'Summary', subject: null, field: 'Timeline', left: '1', right: '3' },
      ]) as unknown,
    })
  })

  it.each([
    ['diff ./nowhere.json ./nowhere.json', 'cannot read ./nowhere.json'],
    ['diff - -', 'only one side can come from stdin'],
    ['diff a/b/c x', '"a/b/c" is neither a file nor a cluster'],
    ['diff a', 'diff needs RIGHT'],
    ['diff mycluster other', 'kubeconfig'],
  ])('%s is trouble: 2', async (line, message) => {
    const { code, stdout, stderr } = await cli(line)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })
})

describe('diff of live clusters', () => {
  it('with what was saved of the same moment finds nothing, and then what has changed', async () => {
    const { server, status } = await play('healthy')
    const saved = await mkdtemp(join(tmpdir(), 'diff-test-'))
    onTestFinished(() => rm(saved, { recursive: true, force: true }))
    const kubeconfig = server.kubeconfigFor('admin', { namespace: server.meta.namespace })
    await status(`--save ${saved}/now.json`)
    const options = { kubeconfig, now: server.at.toISOString() }
    expect(await cli(`diff ${saved}/now.json mycluster`, options)).toMatchObject({ code: 0, stderr: '' })
    const other = await cli(`diff rec-main/mycluster ${folder}/failover-done.json`, options)
    expect(other.code).toBe(1)
    expect(other.stdout).toMatch(/^Left: +rec-main\/mycluster \(context /m)
  })

  it('that is not there, or is in a context that is not, is trouble: 2', async () => {
    const { server } = await play('healthy-single')
    const options = { kubeconfig: server.kubeconfigFor('admin', { namespace: server.meta.namespace }) }
    expect(await cli(`diff nowhere ${folder}/healthy.json`, options)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cluster "nowhere" not found') as string,
    })
    expect(await cli(`diff no-context:mycluster ${folder}/healthy.json`, options)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no-context') as string,
    })
  })
})

describe('a side', () => {
  it.each([
    ['monday.json', { kind: 'file', path: 'monday.json' }],
    ['./x', { kind: 'file', path: './x' }],
    ['/tmp/x', { kind: 'file', path: '/tmp/x' }],
    ['-', { kind: 'file', path: '-' }],
    ['mycluster', { kind: 'cluster', context: undefined, namespace: undefined, name: 'mycluster' }],
    ['cluster/mycluster', { kind: 'cluster', context: undefined, namespace: undefined, name: 'mycluster' }],
    ['shop/orders', { kind: 'cluster', context: undefined, namespace: 'shop', name: 'orders' }],
    ['prod:shop/orders', { kind: 'cluster', context: 'prod', namespace: 'shop', name: 'orders' }],
    [
      'arn:aws:eks:eu-west-1:123:cluster/main:shop/orders',
      { kind: 'cluster', context: 'arn:aws:eks:eu-west-1:123:cluster/main', namespace: 'shop', name: 'orders' },
    ],
  ])('%s is read', (text, expected) => expect(sideOf(text)).toEqual(expected))
})
