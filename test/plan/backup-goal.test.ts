import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Backup } from '../../src/api/companions.ts'
import { goalOfBackup } from '../../src/plan/backup-goal.ts'
import type { BaseBackupProgress } from '../../src/api/snapshot.ts'

/** Backups of a real operator: test/fixtures/commands/backup-objects.json. */
const file = new URL('../fixtures/commands/backup-objects.json', import.meta.url)
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Backup[]
const named = (name: string): Backup => recorded.find(({ metadata }) => metadata.name === name)!
const judge = (backup: Backup | undefined, progress?: BaseBackupProgress) => goalOfBackup(90)({ backup, progress })
const inPhase = (phase: string): Backup => ({ ...named('b1'), status: { phase, instanceID: { podName: 'demo-2' } } })

describe('a recorded Backup', () => {
  it('that is completed proves it, with what it needs', () => {
    expect(judge(named('b3'))).toEqual({
      phases: [],
      verdict: 'proved',
      reason: expect.stringMatching(/^copied in \d+s, by demo-2, WAL 00000004000000000000000D-0E$/) as string,
    })
  })

  it.each([
    ['b6', 'cannot proceed with the backup as the cluster has no plugin configured'],
    ['solo-b1', 'cannot proceed with the backup as the cluster has no backup section'],
    ['victim-20261123061301', 'cannot backup a hibernated cluster'],
  ])('%s failed, and says why', (name, reason) => {
    expect(judge(named(name))).toEqual({ phases: [], verdict: 'failed', reason })
  })

  it('that waits is running', () => {
    expect(judge(named('b3-pending'))).toMatchObject({ verdict: 'running', phases: [{ id: 'pending' }] })
  })
})

describe('a Backup', () => {
  it.each([
    ['started', 'started on demo-2'],
    ['running', 'runs on demo-2; the last one took 1m'],
    ['finalizing', 'demo-2 finishes it'],
    ['walArchivingFailing', 'waits for WAL archiving to work'],
    ['a word of tomorrow', 'a word of tomorrow'],
    ['', 'the operator has not picked it up yet'],
  ])('in phase "%s" is running', (phase, reason) => {
    expect(judge(inPhase(phase))).toMatchObject({ verdict: 'running', reason })
  })

  it('tells how far it is, each quarter once', () => {
    const at = (streamedBytes: number, totalBytes: number | null = 40 * 2 ** 20) =>
      judge(inPhase('running'), { name: 'x', phase: 'estimating backup size', streamedBytes, totalBytes })
    expect(at(0, null).reason).toBe('demo-2: estimating backup size')
    expect(at(12 * 2 ** 20)).toEqual({
      verdict: 'running',
      reason: 'demo-2: 12 MB of 40 MB copied (30%)',
      phases: [
        { id: 'running', text: 'runs on demo-2' },
        { id: '25%', text: '12 MB of 40 MB copied (30%)' },
      ],
    })
    expect(at(50 * 2 ** 20).reason).toBe('demo-2: 50 MB of 40 MB copied (100%)')
  })

  it('that is deleted, or is no valid one, failed', () => {
    expect(judge(undefined)).toMatchObject({ verdict: 'failed', reason: 'the Backup object was deleted' })
    const invalid: Backup = {
      ...named('b1'),
      status: { phase: 'invalid backup definition', error: 'no', commandError: 'why' },
    }
    expect(judge(invalid)).toMatchObject({ verdict: 'failed', reason: 'no; why' })
  })
})
