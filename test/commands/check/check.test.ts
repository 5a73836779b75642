import { describe, expect, it, onTestFinished } from 'vitest'
import { cli } from '../../helpers/cli.ts'
import { startManyClusters } from '../../helpers/many-clusters.ts'
import { parsePerfdata } from '../../helpers/perfdata.ts'
import { silentPod } from '../../snapshot/support/recorded.ts'
import { headline, playCheck } from './support.ts'

describe('check of one cluster', () => {
  it('that is well is OK, on one line, on stdout only', async () => {
    const { check } = await playCheck('healthy-single')
    const { code, stdout, stderr } = await check()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(headline(stdout)).toBe('CNPG OK - mycluster: 1/1 instances ready, primary mycluster-1')
    expect(stdout.split('\n')).toHaveLength(2)
    expect(parsePerfdata(stdout.split('\n')[0] ?? '').map(({ label }) => label)).toContain('wals_waiting')
  })

  it.each([
    ['lagging-replica', 1, 'CNPG WARNING - mycluster: replay is paused on mycluster-2 (+3 more)'],
    ['certificates-expiring', 2, /^CNPG CRITICAL - mycluster: certificates my-repl-tls/],
    ['fenced-all', 2, /^CNPG CRITICAL - mycluster: all instances are fenced/],
    ['hibernated', 0, 'CNPG OK - mycluster: hibernated, its volumes are kept'],
  ])('recorded as %s exits with %i', async (state, expected, line) => {
    const { check } = await playCheck(state)
    const { code, stdout, stderr } = await check()
    expect({ code, stderr }).toEqual({ code: expected, stderr: '' })
    expect(headline(stdout)).toEqual(typeof line === 'string' ? line : expect.stringMatching(line))
  })

  it('can be limited to findings, and obeys thresholds', async () => {
    const { check } = await playCheck('lagging-replica')
    const only = (words: string) => check(`--only replica-lag ${words}`)
    expect((await only('')).code).toBe(1)
    expect((await only('--lag-bytes 1GB,2GB')).code).toBe(0)
    const critical = await only('--lag-bytes ,100MB')
    expect(critical.code).toBe(2)
    expect(critical.stdout).toContain(' lag_bytes=115687760B;16777216;104857600;0')
  })

  it('checks what was saved, too', async () => {
    const { code, stdout } = await cli('check mycluster --from -', { stdin: '{}' })
    expect(code).toBe(3)
    expect(stdout).toBe(
      'CNPG UNKNOWN - stdin holds no snapshot of a cluster\nA snapshot is made by: kubectl cnpg status CLUSTER --save FILE\n',
    )
  })
})

describe('what cannot be known is UNKNOWN', () => {
  it('a right that a finding depends on', async () => {
    const { server, check } = await playCheck('healthy-single')
    const allow = server.policy.deny({ resource: 'poddisruptionbudgets' })
    const { code, stdout, stderr } = await check()
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(headline(stdout)).toBe('CNPG UNKNOWN - mycluster: not permitted to read poddisruptionbudgets')
    expect(stdout).toContain('\nUNKNOWN poddisruptionbudgets: ')
    expect(stdout).toContain('kubectl cnpg doctor mycluster -n rec-single --for check\n')
    expect((await check('--skip pdb-blocking')).code).toBe(0)
    allow()
    expect((await check()).code).toBe(0)
  })

  it('but not what no finding needs, unless it is asked for', async () => {
    const { server, check } = await playCheck('healthy-single')
    server.policy.deny({ resource: 'deployments' })
    server.policy.deny({ resource: 'nodes' })
    server.policy.deny({ resource: 'secrets' })
    expect((await check()).code).toBe(0)
    const { code, stdout } = await check('--only operator-absent')
    expect(code).toBe(3)
    expect(headline(stdout)).toBe('CNPG UNKNOWN - mycluster: whether the operator is at work is not known')
  })

  it('instances that may not be asked', async () => {
    const { server, check } = await playCheck('healthy-single')
    for (const resource of ['pods/proxy', 'pods/exec', 'pods/portforward', 'secrets']) server.policy.deny({ resource })
    const { code, stdout } = await check()
    expect(code).toBe(3)
    expect(headline(stdout)).toBe('CNPG UNKNOWN - mycluster: not permitted to read instance mycluster-1')
    expect((await check('--only certificate-expiring')).code).toBe(0)
  })

  it('the free space of volumes, where it is asked for and df may not run', async () => {
    const { server, check } = await playCheck('healthy-single')
    server.policy.deny({ resource: 'pods/exec' })
    expect((await check()).code).toBe(0)
    for (const words of ['--only volume-full', '--volume-used 90%,95%']) {
      const { code, stdout } = await check(words)
      expect(code).toBe(3)
      expect(headline(stdout)).toBe('CNPG UNKNOWN - mycluster: the free space of mycluster-1 is not known')
    }
  })

  it('a cluster that is not there, and a server that refuses', async () => {
    const { server, check } = await playCheck('healthy-single')
    const kubeconfig = server.kubeconfigFor('admin', { namespace: 'rec-single' })
    const absent = await cli('check nobody', { kubeconfig })
    expect(absent.code).toBe(3)
    expect(headline(absent.stdout)).toBe('CNPG UNKNOWN - cluster "nobody" not found in namespace "rec-single"\n'.trim())
    server.policy.deny({ resource: 'clusters' })
    const { code, stdout, stderr } = await check()
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(headline(stdout)).toContain('cannot get resource "clusters"')
  })

  it('a server that is not reached', async () => {
    const kubeconfig = {
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
      users: [{ name: 'c', user: { token: 'secret' } }],
      'current-context': 'c',
    }
    const { code, stdout, stderr } = await cli('check mycluster', { kubeconfig })
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(headline(stdout)).toMatch(/^CNPG UNKNOWN - .*127\.0\.0\.1:1/)
    expect(stdout).not.toContain('secret')
  })

  it.each([
    ['--lag-bytes much', 'CNPG UNKNOWN - "much" is no threshold for --lag-bytes'],
    ['--no-such-flag', 'CNPG UNKNOWN - unknown flag --no-such-flag'],
    ['--only replica-lags', 'CNPG UNKNOWN - there is no finding "replica-lags"'],
    ['-A mycluster', 'CNPG UNKNOWN - names of clusters and --all-namespaces cannot be combined'],
  ])('the mistake %s', async (words, line) => {
    const { code, stdout, stderr } = await cli(`check ${words}`)
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(headline(stdout)).toBe(line)
  })

  it('the end of --timeout, with what is known by then', async () => {
    const { server, check } = await playCheck('healthy-single')
    const remove = server.faults.add({ resource: 'clusters', hang: true })
    const nothing = await check('--timeout 300ms')
    expect(nothing.code).toBe(3)
    expect(nothing.stdout).toBe(
      'CNPG UNKNOWN - not finished after 300ms\nGive it more time with --timeout, for example --timeout 900ms.\n',
    )
    remove()
    server.faults.add({ resource: 'backups', hang: true })
    const { code, stdout, stderr } = await check('--timeout 500ms')
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(headline(stdout)).toMatch(/^CNPG UNKNOWN - not finished after 500ms; mycluster: /)
    expect(parsePerfdata(stdout.split('\n')[0] ?? '').find(({ label }) => label === 'ready')?.value).toBe(1)
  })

  it('but what is CRITICAL stays so at the end of --timeout', async () => {
    const { server, check } = await playCheck('certificates-expiring')
    server.faults.add({ resource: 'backups', hang: true })
    const { code, stdout } = await check('--timeout 500ms')
    expect(code).toBe(2)
    expect(headline(stdout)).toMatch(/^CNPG CRITICAL - mycluster: certificates .*; not finished after 500ms$/)
  })

  it('and a signal ends it as any program', async () => {
    const { server, check } = await playCheck('healthy-single')
    server.faults.add({ resource: 'clusters', hang: true })
    const { code } = await check('', { onHost: (host) => setTimeout(() => host.raise('SIGTERM'), 100) })
    expect(code).toBe(143)
  })
})

describe('check of several clusters', () => {
  it('has the worst state, counts, and figures of each by its place', async () => {
    const server = await startManyClusters({ clusters: 3, pods: { 'db-002-3': silentPod } })
    onTestFinished(() => server.close())
    const kubeconfig = server.kubeconfigFor('admin', { namespace: 'team-001' })
    const run = (words: string) => cli(`check ${words}`, { kubeconfig, now: server.at.toISOString() })
    const { code, stdout, stderr } = await run('-A --instance-timeout 1500ms')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const [first = '', ...lines] = stdout.trimEnd().split('\n')
    expect(headline(first)).toMatch(
      /^CNPG WARNING - 3 clusters: 1 WARNING, 2 OK; team-002\/db-002: db-002-3: not answering/,
    )
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'WARNING team-002/db-002',
      'OK team-001/db-001',
      'OK team-003/db-003',
    ])
    expect(parsePerfdata(first).map(({ label }) => label)).toContain('team-003/db-003::lag_bytes')
    // One cluster alone is called as several would be: what is chosen by a namespace has stable names.
    expect((await run('')).stdout).toContain(' team-001/db-001::lag_bytes=')
    server.users.add('paula', { rights: [{ verbs: ['*'], resources: ['*'], namespaces: ['team-002'] }] })
    const refused = await cli('check -A', { kubeconfig: server.kubeconfigFor('paula') })
    expect(refused).toMatchObject({ code: 3, stderr: '' })
    expect(refused.stdout).toContain('resources: ["clusters"]')
  })

  it('names those of several that are not there', async () => {
    const server = await startManyClusters({ clusters: 1 })
    onTestFinished(() => server.close())
    const kubeconfig = server.kubeconfigFor('admin', { namespace: 'team-001' })
    const { code, stdout } = await cli('check db-001 db-009', { kubeconfig, now: server.at.toISOString() })
    expect(code).toBe(3)
    expect(stdout).toContain('\nUNKNOWN team-001/db-009: ')
    expect(headline(stdout)).toContain('2 clusters: 1 UNKNOWN, 1 OK')
  })
})
