import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cli } from '../helpers/cli.ts'
import type { ExecRequest } from '../sandbox/types.ts'
import { play, silentPod } from '../snapshot/support/recorded.ts'

interface Report {
  summary: { instancesReady: number }
  instances: {
    name: string
    presence: string
    via: string | null
    statusText: string
    detail: string | null
    failures: { way: string; kind: string }[]
  }[]
  findings: { id: string; objects: string[] }[]
  problems: { subject: string; reason: string; message: string; hint: string | null }[]
}

function report(stdout: string): Report {
  return JSON.parse(stdout) as Report
}

/** Answers every run of psql with this text. */
function psql(answer: string) {
  return async (request: ExecRequest) => {
    if (request.command[0] !== 'psql') return undefined
    for await (const _ of request.stdin ?? []) break
    await request.stdout(Buffer.from(`${answer}\n`))
    return 0
  }
}

describe('status of a cluster that is well', () => {
  it('prints the screen and nothing else', async () => {
    const { status } = await play('healthy')
    const { code, stdout, stderr } = await status()
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toContain('Status:                  Cluster in healthy state\n')
    const last = stdout.trimEnd().split('\n').slice(-3)
    expect(last.map((line) => line.split(/ {2,}/)[0])).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
  })

  it('asks for the pods first, for everything else once, and for less than 64 KB before the instances', async () => {
    const { server, status } = await play('healthy')
    await status()
    const asked = server.requests.map(({ path }) => path.replace(/^.*\/namespaces\/rec-main\//, ''))
    expect(asked[0]).toBe('pods')
    expect(asked.toSorted()).toEqual([
      '/apis/apps/v1/deployments',
      'backups',
      'clusters/mycluster',
      'databaseroles',
      'databases',
      'poddisruptionbudgets',
      'pods',
      'pods/http:mycluster-1:9187/proxy/metrics',
      'pods/http:mycluster-2:9187/proxy/metrics',
      'pods/http:mycluster-3:9187/proxy/metrics',
      'pods/https:mycluster-1:8000/proxy/pg/status',
      'pods/https:mycluster-2:8000/proxy/pg/status',
      'pods/https:mycluster-3:8000/proxy/pg/status',
      'poolers',
      'publications',
      'scheduledbackups',
      'subscriptions',
    ])
    const first = [
      'clusters/mycluster',
      'pods',
      'poddisruptionbudgets',
      'backups',
      'scheduledbackups',
      'poolers',
      'databases',
    ]
    const bytes = server.requests
      .filter((_, index) => first.includes(asked[index] ?? ''))
      .map((request) => request.bytes)
    expect(bytes).toHaveLength(first.length)
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(64 * 1024)
  })

  it('never reads the other pods of a crowded namespace', async () => {
    const crowd = Array.from({ length: 5000 }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `web-${index}`, namespace: 'rec-main', labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web' }] },
      status: { phase: 'Running' },
    }))
    const { server, status } = await play('healthy', { extra: crowd })
    expect((await status()).code).toBe(0)
    const lists = server.requests.filter(({ path }) => path.endsWith('/pods'))
    expect(lists).toHaveLength(1)
    expect(lists[0]?.bytes).toBeLessThan(64 * 1024)
  })

  it('says the same as JSON and as YAML', async () => {
    const { status } = await play('healthy-single')
    const { stdout } = await status('-o json')
    expect(report(stdout).instances).toMatchObject([{ name: 'mycluster-1', presence: 'answered', via: 'proxy' }])
    expect((await status('-o yaml')).stdout).toContain('schemaVersion: 1\n')
  })

  it('of an operator of 1.15, over plain HTTP and with kinds that do not exist', async () => {
    const { server, status } = await play('operator-1.15.1-healthy')
    for (const resource of ['databases', 'publications', 'subscriptions', 'databaseroles']) {
      server.faults.add({ resource, answer: { code: 404, text: '404 page not found\n' } })
    }
    const { code, stdout } = await status('-o json')
    expect(code).toBe(0)
    expect(report(stdout).problems).toEqual([])
    expect(server.requests.map(({ path }) => path)).toContain(
      '/api/v1/namespaces/default/pods/http:mycluster-1:8000/proxy/pg/status',
    )
  })
})

describe('a right that is missing', () => {
  it.each([
    'pods',
    'poddisruptionbudgets',
    'backups',
    'scheduledbackups',
    'poolers',
    'databases',
    'publications',
    'subscriptions',
    'databaseroles',
  ])('on %s costs that section only', async (resource) => {
    const { server, status } = await play('healthy')
    server.policy.deny({ resource })
    const { code, stdout } = await status('-o json')
    expect(code).toBe(0)
    const { problems, summary } = report(stdout)
    expect(problems.map((problem) => [problem.subject, problem.reason])).toEqual([[resource, 'forbidden']])
    expect(problems[0]?.hint).toContain(resource)
    expect(summary.instancesReady).toBe(3)
  })

  it('on pods leaves the names in the Cluster, by which the instances are asked', async () => {
    const { server, status } = await play('healthy')
    server.policy.deny({ resource: 'pods' })
    const { instances } = report((await status('-o json')).stdout)
    expect(instances.map(({ name, presence }) => `${name} ${presence}`)).toEqual([
      'mycluster-1 answered',
      'mycluster-2 answered',
      'mycluster-3 answered',
    ])
  })

  it('on pods/proxy is made up for by exec, on all ways by nothing', async () => {
    const { server, status } = await play('healthy')
    server.policy.deny({ resource: 'pods/proxy' })
    expect(report((await status('-o json')).stdout).instances.map(({ via }) => via)).toEqual(['exec', 'exec', 'exec'])
    expect((await status()).stdout).toContain(
      '\nInstances asked through: exec (pods/proxy is forbidden for user "admin". Needed: the verb get on pods/proxy in this namespace.)\n',
    )
    server.policy.deny({ resource: 'pods/exec' })
    server.policy.deny({ resource: 'secrets' })
    const { code, stdout } = await status('-o json')
    expect(code).toBe(0)
    const { instances, problems } = report(stdout)
    expect(instances.every(({ statusText }) => statusText.startsWith('not permitted'))).toBe(true)
    expect(problems.map(({ reason }) => reason)).toEqual(['forbidden', 'forbidden', 'forbidden'])
    for (const right of ['pods/proxy', 'pods/exec', 'secrets']) expect(problems[0]?.hint).toContain(right)
    expect((await status()).stdout).toContain(
      '\nmycluster-1, mycluster-2, mycluster-3: pods/proxy is forbidden for user "admin"; ' +
        'a Role needs one of: get pods/proxy, create pods/exec, create pods/portforward with get secrets\n',
    )
  })

  it('on the Cluster ends the command', async () => {
    const { server, status } = await play('healthy')
    server.policy.deny({ resource: 'clusters' })
    const { code, stdout, stderr } = await status()
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('cannot get resource "clusters"')
  })
})

describe('instances that do not answer', () => {
  it('cost no more than their limit, and only their row', async () => {
    const { status } = await play('healthy', { pods: { 'mycluster-3': silentPod } })
    const { code, stdout } = await status('-o json --instance-timeout 400ms')
    expect(code).toBe(0)
    expect(report(stdout).instances).toMatchObject([
      { name: 'mycluster-1', presence: 'answered' },
      { name: 'mycluster-2', presence: 'answered' },
      { name: 'mycluster-3', presence: 'silent', detail: expect.stringContaining('timeout after 0.4 s') as string },
    ])
  })

  it('are asked by exec when the API server cannot reach their port', async () => {
    const { status } = await play('instance-blackholed')
    const { instances } = report((await status('-o json')).stdout)
    const ways = instances.map(({ name, via }) => `${name} ${via ?? '-'}`)
    expect(ways.toSorted()).toEqual(['mycluster-1 proxy', 'mycluster-2 proxy', 'mycluster-3 exec'])
  })

  it('are asked by psql where the manager is frozen', async () => {
    const exec = psql('{"isPrimary":false,"replayLsn":"0/42000110","isWalReceiverActive":true,"archiver":null}')
    const { status } = await play('instance-unreachable', { pod: { exec } })
    const { instances, findings } = report((await status('-o json')).stdout)
    expect(instances.find(({ name }) => name === 'mycluster-3')).toMatchObject({ via: 'sql', replayLsn: '0/42000110' })
    // The ways that hung until the third one answered are told of.
    expect(findings).toContainEqual(
      expect.objectContaining({ id: 'instance-manager-frozen', objects: ['mycluster-3'] }),
    )
  })

  it('are asked by psql where the manager does not trust its own certificate any more', async () => {
    const answer = psql('{"isPrimary":false,"replayLsn":"0/4000060","isWalReceiverActive":true,"archiver":null}')
    const exec = async (request: ExecRequest) => {
      if (request.command[0] === 'psql') return answer(request)
      const words =
        'Error: Get "https://127.0.0.1:8000/pg/status": tls: failed to verify certificate: x509: certificate has expired'
      await request.stderr(Buffer.from(`${words}\n`))
      return 1
    }
    const { server, status } = await play('certificates-expiring', { pod: { exec } })
    server.policy.deny({ resource: 'pods/proxy' })
    const { instances } = report((await status('-o json')).stdout)
    expect(instances.map(({ via }) => via)).toEqual(['sql', 'sql'])
    expect(instances[1]?.failures.map(({ way, kind }) => `${way} ${kind}`)).toEqual(['proxy forbidden', 'exec tls'])
  })

  it('are not asked where Kubernetes knows better', async () => {
    const { server, status } = await play('bad-image')
    const { instances } = report((await status('-o json')).stdout)
    const waiting = instances.find(({ name }) => name === 'mycluster-3')
    expect(waiting).toMatchObject({ presence: 'not-asked', statusText: 'ErrImagePull' })
    expect(server.requests.filter(({ path }) => path.includes('mycluster-3:'))).toEqual([])
  })

  it('are asked by one way only with --via, and not at all with --via none', async () => {
    const { server, status } = await play('healthy')
    expect(report((await status('-o json --via exec')).stdout).instances.map(({ via }) => via)).toEqual([
      'exec',
      'exec',
      'exec',
    ])
    const { code, stdout } = await status('-o json --via none')
    expect(code).toBe(0)
    expect(report(stdout).instances.map(({ presence }) => presence)).toEqual(['not-asked', 'not-asked', 'not-asked'])
    expect(server.requests.filter(({ path }) => path.includes('/proxy/'))).toEqual([])
  })
})

describe('the third wave', () => {
  const details = {
    serverVersion: '15.18',
    postmasterStartedAt: '2026-11-23T05:50:18+00:00',
    pendingRestart: [{ name: 'max_connections', current: '50', pending: '40' }],
    errors: null,
    walSenders: null,
  }

  it('asks which setting waits for a restart', async () => {
    const { status } = await play('pending-restart', { pod: { exec: psql(JSON.stringify(details)) } })
    const { stdout } = await status('-o json')
    expect(JSON.parse(stdout)).toMatchObject({
      instances: [{ pendingSettings: [{ name: 'max_connections', current: '50', pending: '40' }] }, {}, {}],
    })
  })

  it('is left out when nothing asks for it, and costs nothing when it is refused', async () => {
    const well = await play('healthy')
    await well.status()
    expect(well.server.requests.filter(({ path }) => path.endsWith('/exec'))).toEqual([])
    const waiting = await play('pending-restart')
    waiting.server.policy.deny({ resource: 'pods/exec' })
    waiting.server.policy.deny({ resource: 'secrets' })
    const { code, stdout } = await waiting.status()
    expect(code).toBe(0)
    expect(stdout).toContain('OK (pending restart)')
  })
})

describe('an API server that is slow', () => {
  it('ends with 124 when the Cluster does not come in time', async () => {
    const { server, status } = await play('healthy')
    server.faults.add({ resource: 'clusters', hang: true })
    const { code, stdout, stderr } = await status('--timeout 500ms')
    expect(code).toBe(124)
    expect(stdout).toBe('')
    expect(stderr).toContain('not finished after 500ms')
  })

  it('gives no report to one who pressed Ctrl-C', async () => {
    const { server, status } = await play('healthy')
    server.faults.add({ resource: 'pods', hang: true })
    const { code, stdout } = await status('', { onHost: (host) => setTimeout(() => host.raise('SIGINT'), 400) })
    expect(code).toBe(130)
    expect(stdout).toBe('')
  })
})

describe('a report that was saved', () => {
  it('can be read again with no cluster', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'status-test-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'snapshot.json')
    const { status } = await play('healthy-single')
    const live = await status(`--save ${file}`)
    const later = await cli(`status --from ${file}`)
    expect(later).toMatchObject({ code: 0, stderr: '' })
    expect(later.stdout).toBe(live.stdout)
    await status(`--save ${file} --redact`)
    const stranger = await cli('status --from -', { stdin: await readFile(file) })
    expect(stranger.stdout).toContain('Name:                    cluster-1\n')
    expect(stranger.stdout).not.toContain('mycluster')
  })
})

describe('a cluster that is not there', () => {
  it('ends with 1 and names those that are', async () => {
    const { server } = await play('two-clusters-one-namespace')
    const kubeconfig = server.kubeconfigFor('admin', { namespace: 'rec-two' })
    const { code, stdout, stderr } = await cli('status abc', { kubeconfig })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('cluster "abc" not found in namespace "rec-two"')
    expect(stderr).toContain('ab, a')
  })
})
