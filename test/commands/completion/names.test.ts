import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, test } from 'vitest'
import { cli } from '../../helpers/cli.ts'
import { play } from '../../snapshot/support/recorded.ts'
import type { Played } from '../../snapshot/support/recorded.ts'

/** A machine under load must not take the names away: its second is long, unless silence is what is waited for. */
async function offered({ server }: Played, words: readonly string[], second = 20_000): Promise<string[]> {
  const { code, stdout } = await cli(['__complete', ...words], {
    kubeconfig: server.kubeconfigFor('admin', { namespace: server.meta.namespace }),
    sleep: (ms, signal) => sleep((ms * second) / 1000, undefined, signal === undefined ? {} : { signal }),
  })
  expect(code).toBe(0)
  return stdout.trimEnd().split('\n')
}

describe('names that the cluster knows', () => {
  test.each<[string, string[], string[]]>([
    ['clusters', ['status', 'my'], ['mycluster\t3/3 ready, Cluster in healthy state', ':4']],
    ['clusters beside subverbs', ['fencing', 'status', ''], ['mycluster\t3/3 ready, Cluster in healthy state', ':4']],
    ['no cluster twice', ['status', 'mycluster', ''], [':4']],
    [
      'instances',
      ['restart', 'mycluster', 'mycluster-'],
      ['mycluster-1\tprimary', 'mycluster-2\treplica', 'mycluster-3\treplica', ':4'],
    ],
    [
      'standbys to promote',
      ['promote', 'cluster/mycluster', ''],
      ['mycluster-2\treplica', 'mycluster-3\treplica', ':4'],
    ],
    ['poolers', ['connect', 'mycluster', '--pooler', ''], [expect.stringContaining('\tmycluster, ') as string, ':4']],
    ['the namespace that holds clusters', ['status', '-n', 'rec-'], ['rec-main\tmycluster', ':4']],
    ['files besides clusters', ['diff', 'my'], ['mycluster\t3/3 ready, Cluster in healthy state', ':0']],
    ['nothing of a cluster that is not there', ['promote', 'other', ''], [':4']],
    ['nothing of another namespace', ['status', '-n', 'default', ''], [':4']],
    ['nothing of another namespace, named in front', ['-n', 'default', 'status', ''], [':4']],
    ['nothing of a kubeconfig that is not there', ['--kubeconfig', '/nonexistent/x', 'status', ''], [':4']],
    ['nothing of a server that is not there', ['-s', 'https://127.0.0.1:1', 'status', ''], [':4']],
  ])('%s', async (_what, words, expected) => {
    expect(await offered(await play('healthy'), words)).toEqual(expected)
  })

  it('offers the fenced for unfencing and the others for fencing', async () => {
    const played = await play('fenced-one')
    const fenced = (await offered(played, ['fencing', 'off', 'mycluster', ''])).slice(0, -1)
    const others = (await offered(played, ['fencing', 'on', 'mycluster', ''])).slice(0, -1)
    expect(fenced).toHaveLength(1)
    expect(others).toHaveLength(2)
    expect(others).not.toContain(fenced[0])
  })

  it('offers databases: of the application, declared and always there', async () => {
    const names = (await offered(await play('healthy'), ['sql', 'mycluster', '-d', ''])).map(
      (line) => line.split('\t')[0],
    )
    expect(names).toEqual(expect.arrayContaining(['app', 'postgres']))
    expect(new Set(names).size).toBe(names.length)
  })

  it('offers contexts without asking any server', async () => {
    const kubeconfig = {
      contexts: [
        { name: 'prod', context: { cluster: 'eu', namespace: 'shop' } },
        { name: 'preview', context: { cluster: 'preview' } },
        { name: 'test', context: {} },
      ],
    }
    const { stdout } = await cli('__complete status --contexts test,p', { kubeconfig })
    expect(stdout).toBe('test,preview\ntest,prod\teu, namespace shop\n:4\n')
  })

  it('says nothing where it may not look', async () => {
    const played = await play('healthy')
    played.server.policy.deny({ resource: 'clusters' })
    expect(await offered(played, ['status', ''])).toEqual([':4'])
  })

  it('gives up on a server that is silent', async () => {
    const played = await play('healthy')
    played.server.faults.add({ resource: 'clusters', hang: true })
    expect(await offered(played, ['status', ''], 300)).toEqual([':4'])
  })
})
