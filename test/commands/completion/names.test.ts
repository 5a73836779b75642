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
    ['roles', ['sql', 'mycluster', '--role', 'a'], ['app\tof the application', ':4']],
    [
      'the name behind its type',
      ['status', 'cluster/my'],
      ['cluster/mycluster\t3/3 ready, Cluster in healthy state', ':4'],
    ],
    ['a pod behind its type', ['restart', 'mycluster', 'pod/mycluster-1'], ['pod/mycluster-1\tprimary', ':4']],
    ['a namespace that clings to its flag', ['status', '-nrec-'], ['-nrec-main\tmycluster', ':4']],
    ['a namespace behind =', ['status', '-n=rec-'], ['rec-main\tmycluster', ':4']],
    [
      'containers, those that initialise last',
      ['logs', 'cluster', 'mycluster', '-c', ''],
      ['postgres', 'pgbouncer', 'bootstrap-controller\tinitialises the pod', ':4'],
    ],
    [
      'clusters of another namespace',
      ['diff', 'rec-main/my'],
      ['rec-main/mycluster\t3/3 ready, Cluster in healthy state', ':0'],
    ],
    ['a context where no cluster is called so', ['diff', 'san'], ['sandbox:\trec-main', ':2']],
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

  it('offers secrets by what they are for, and never those that clusters keep', async () => {
    const played = await play('healthy')
    const { namespace } = played.server.meta
    const put = (name: string, type: string): void => {
      const metadata = { name, namespace }
      played.server.store.put({ apiVersion: 'v1', kind: 'Secret', metadata, type: `kubernetes.io/${type}`, data: {} })
    }
    put('reporting-cert', 'tls')
    put('mycluster-server', 'tls')
    put('reporting', 'basic-auth')
    const names = async (...words: string[]): Promise<string[]> =>
      (await offered(played, words)).map((line) => line.split('\t', 1)[0]!)
    expect(await names('certificate', 'renew', '')).toEqual(['reporting-cert', ':4'])
    expect(await names('sql', 'mycluster', '--secret', 'rep')).toEqual(['reporting', ':4'])
    const aboutSecrets = played.server.requests.filter(({ path }) => path.endsWith('/secrets'))
    expect(aboutSecrets.map(({ query }) => query.includes('includeObject=None'))).toEqual([true, true])
  })

  it('offers what backups and plugins are called, of clusters that are gone, too', async () => {
    const played = await play('healthy')
    const { store, meta } = played.server
    const { namespace } = meta
    store.put({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Backup',
      metadata: { name: 'last', namespace, creationTimestamp: '2026-11-20T05:00:00Z' },
      spec: { cluster: { name: 'gone' } },
    })
    store.put({ apiVersion: 'barmancloud.cnpg.io/v1', kind: 'ObjectStore', metadata: { name: 'vault', namespace } })
    const clusters = store.registry.byPlural('postgresql.cnpg.io', 'v1', 'clusters')!
    const cluster = store.get(clusters, namespace, 'mycluster')!
    store.put({ ...cluster, spec: { ...(cluster['spec'] as object), plugins: [{ name: 'barman-cloud.cnpg.io' }] } })
    expect(await offered(played, ['restore', 'go'])).toEqual(['gone\tgone, its backups are here', ':4'])
    expect(await offered(played, ['restore', 'gone', '--backup', ''])).toEqual([
      expect.stringMatching(/^last\tgone, \d+\w+ ago$/),
      ':4',
    ])
    expect(await offered(played, ['restore', 'gone', '--object-store', ''])).toEqual(['vault', ':4'])
    expect(await offered(played, ['backup', 'mycluster', '--plugin-name', ''])).toEqual(['barman-cloud.cnpg.io', ':4'])
  })

  it('offers clusters and users of the kubeconfig', async () => {
    const kubeconfig = { clusters: [{ name: 'eu', cluster: {} }], users: [{ name: 'jane', user: {} }] }
    expect((await cli('__complete status --cluster=', { kubeconfig })).stdout).toBe('eu\n:4\n')
    expect((await cli('__complete status --user j', { kubeconfig })).stdout).toBe('jane\n:4\n')
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
