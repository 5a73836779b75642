import { describe, expect, it } from 'vitest'

import { RULES } from '../../src/model/rules/table.ts'
import { withoutSecrets } from '../../src/snapshot/scrub.ts'
import { cli } from '../helpers/cli.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'

/** What `status` finds in a recorded state with these flags. */
async function found(state: string, flags = ''): Promise<string[]> {
  const stdin = JSON.stringify(withoutSecrets(recordedSnapshot(state)))
  const { code, stdout, stderr } = await cli(`status --from - -o json ${flags}`, { stdin })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { findings } = JSON.parse(stdout) as { findings: { id: string; severity: string }[] }
  return findings.map(({ id, severity }) => `${severity} ${id}`)
}

describe('the flags of findings', () => {
  it('move a threshold, one side or both, or switch it off', async () => {
    const lag = (flags: string) => found('lagging-replica', `--only replica-lag ${flags}`)
    expect(await lag('')).toEqual(['warning replica-lag'])
    expect(await lag('--lag-bytes 1GB,2GB')).toEqual([])
    expect(await lag('--lag-bytes ,100MB')).toEqual(['critical replica-lag'])
    expect(await lag('--lag-bytes off')).toEqual([])
  })

  it('choose what is told', async () => {
    expect(await found('lagging-replica', '--skip backup-failed,pooler-not-ready')).toEqual([
      'warning replay-paused',
      'warning replica-lag',
    ])
    expect(await found('healthy-single', '--only single-instance --only no-primary')).toEqual([
      'warning single-instance',
    ])
  })

  it.each([
    ['--lag-bytes much', '"much" is no threshold for --lag-bytes', '--lag-bytes 16MB,128MB'],
    ['--only replica-lags', 'there is no finding "replica-lags"', 'Did you mean "replica-lag"?'],
  ])('%s is a mistake before anything is read', async (flags, message, hint) => {
    const { code, stdout, stderr } = await cli(`status --from /does/not/exist ${flags}`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  it('are in the help, one for each threshold there is, with its default', async () => {
    const { stdout } = await cli('status --help')
    const [, below = ''] = stdout.split('\nThresholds')
    for (const { threshold } of RULES) if (threshold) expect(below).toContain(`  --${threshold.flag} LEVELS`)
    expect(below.replace(/\s+/g, ' ')).toContain('not replayed (default 16MB,128MB)')
  })
})
