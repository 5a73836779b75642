import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeKubeconfig } from './api-server/kubeconfig.ts'
import { linesOf } from './raw-client.ts'
import { startRecordedState } from './recorded/state.ts'
import type { RecordedState } from './recorded/state.ts'

const found = spawnSync('kubectl', ['version', '--client']).status === 0
if (!found) console.warn('kubectl is not on PATH: the tests of the sandbox with the real kubectl are skipped')

const LINES = Array.from(
  { length: 5 },
  (_, index) => `{"level":"info","ts":"2026-11-23T05:50:1${index}Z","msg":"line ${index}"}`,
)

let folder: string
let echo: Server
let state: RecordedState

interface Result {
  code: number
  stdout: string
  stderr: string
}

function kubectl(args: string[], options: { user?: string; input?: string } = {}): Promise<Result> {
  const { user = 'admin', input } = options
  return new Promise((resolve) => {
    const words = ['--cache-dir', join(folder, 'cache'), '--kubeconfig', join(folder, user), ...args]
    const child = execFile('kubectl', words, { env: { PATH: process.env['PATH'] } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr })
    })
    child.stdin?.end(input)
  })
}

/** Rows of a table without the alignment. */
function rows(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().replace(/\s{2,}/g, '|'))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-kubectl-'))
  echo = createServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  state = await startRecordedState(join(import.meta.dirname, '../fixtures/states/healthy'), {
    pod: {
      log: LINES,
      async connect() {
        const socket = connect((echo.address() as AddressInfo).port, '127.0.0.1')
        await once(socket, 'connect')
        return socket
      },
      async exec(request) {
        if (request.command[0] !== 'cat') return undefined
        for await (const chunk of request.stdin ?? []) await request.stdout(chunk)
        return 3
      },
    },
  })
  state.users.add('jane', { groups: ['dev'] })
  state.policy.deny({ user: 'jane', resource: 'secrets' })
  await writeKubeconfig(join(folder, 'admin'), state.kubeconfigFor('admin', { namespace: 'rec-main' }))
  const jane = state.kubeconfigFor('jane', { namespace: 'rec-main', auth: 'token', context: 'janes' })
  await writeKubeconfig(join(folder, 'jane'), jane)
})
afterAll(async () => {
  await state.close()
  echo.close()
  await rm(folder, { recursive: true, force: true })
})

test('a kubeconfig may be read by its owner only', async () => {
  expect((await stat(join(folder, 'admin'))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(folder, 'jane'), 'utf8')).toContain('current-context: janes')
})

describe.skipIf(!found)('the real kubectl', () => {
  test('gets tables', async () => {
    expect(rows((await kubectl(['get', 'cluster'])).stdout)).toEqual([
      'NAME|AGE|INSTANCES|READY|STATUS|PRIMARY',
      'mycluster|7m|3|3|Cluster in healthy state|mycluster-1',
    ])
    const pods = rows((await kubectl(['get', 'pods', '-o', 'wide', '-l', 'cnpg.io/podRole=instance'])).stdout)
    expect(pods[0]).toBe('NAME|READY|STATUS|RESTARTS|AGE|IP|NODE|NOMINATED NODE|READINESS GATES')
    expect(pods[1]).toBe('mycluster-1|1/1|Running|0|6m55s|10.244.0.31|node1|<none>|<none>')
    expect(pods).toHaveLength(4)
    const pvc = rows((await kubectl(['get', 'pvc', 'mycluster-1'])).stdout)
    expect(pvc[1]).toBe('mycluster-1|Bound|pv159|5Gi|RWO|standard|<unset>|7m')
  })

  test('finds short names, several kinds at once, and objects as YAML', async () => {
    const many = (await kubectl(['get', 'svc,pdb,po,backups', '-o', 'name'])).stdout.split('\n')
    expect(many).toContain('service/mycluster-rw')
    expect(many).toContain('poddisruptionbudget.policy/mycluster-primary')
    expect(many).toContain('backup.postgresql.cnpg.io/mycluster-first')
    expect((await kubectl(['get', 'cluster', 'mycluster', '-o', 'yaml'])).stdout).toContain(
      'currentPrimary: mycluster-1',
    )
    expect((await kubectl(['api-resources', '--api-group', 'postgresql.cnpg.io'])).stdout).toContain('clusters')
    expect((await kubectl(['describe', 'pod', 'mycluster-1'])).stdout).toContain('IP:               10.244.0.31')
  })

  test('is refused where the policy says so, and asks first', async () => {
    const refused = await kubectl(['get', 'secrets'], { user: 'jane' })
    expect([refused.code, refused.stderr.trim()]).toEqual([
      1,
      'Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "rec-main"',
    ])
    expect((await kubectl(['auth', 'can-i', 'get', 'secrets'], { user: 'jane' })).stdout).toBe('no\n')
    expect((await kubectl(['auth', 'can-i', 'get', 'pods', '--subresource', 'proxy'], { user: 'jane' })).stdout).toBe(
      'yes\n',
    )
    expect((await kubectl(['auth', 'can-i', '--list'], { user: 'jane' })).stdout).toContain('*.*')
    expect(rows((await kubectl(['auth', 'whoami', '--as', 'kim', '--as-group', 'ops'])).stdout)).toEqual([
      'ATTRIBUTE|VALUE',
      'Username|kim',
      'Groups|[ops system:authenticated]',
    ])
  })

  test('changes, applies and deletes', async () => {
    expect((await kubectl(['annotate', 'cluster', 'mycluster', 'a=b'])).stdout).toContain('annotated')
    expect((await kubectl(['label', 'pod', 'mycluster-2', 'x=y'])).stdout).toContain('labeled')
    const status = [
      'patch',
      'cluster',
      'mycluster',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"phase":"Upgrading cluster"}}',
    ]
    expect((await kubectl(status)).code).toBe(0)
    expect(
      (await kubectl(['wait', '--for=jsonpath={.status.phase}=Upgrading cluster', 'cluster/mycluster', '--timeout=5s']))
        .code,
    ).toBe(0)
    expect((await kubectl(['scale', 'cluster', 'mycluster', '--replicas=5'])).stdout).toContain('scaled')
    expect((await kubectl(['get', 'cluster', 'mycluster', '-o', 'jsonpath={.spec.instances}'])).stdout).toBe('5')

    const file = join(folder, 'backup.yaml')
    const backup = (method: string): string =>
      `apiVersion: postgresql.cnpg.io/v1\nkind: Backup\nmetadata: {name: own}\nspec: {cluster: {name: mycluster}, method: ${method}}\n`
    await writeFile(file, backup('plugin'))
    expect((await kubectl(['apply', '-f', file])).stdout).toContain('created')
    await writeFile(file, backup('volumeSnapshot'))
    expect((await kubectl(['apply', '-f', file])).stdout).toContain('configured')
    expect((await kubectl(['apply', '--server-side', '--force-conflicts', '-f', file])).stdout).toContain(
      'serverside-applied',
    )
    expect((await kubectl(['create', 'configmap', 'made', '--from-literal=a=b'])).stdout).toContain('created')
    expect((await kubectl(['delete', '-f', file, '--timeout=5s'])).stdout).toContain('deleted')
    expect((await kubectl(['get', '-f', file])).stderr).toContain('(NotFound)')
  })

  test('watches', async () => {
    const args = [
      '--kubeconfig',
      join(folder, 'admin'),
      '--cache-dir',
      join(folder, 'cache'),
      'get',
      'scheduledbackup',
      '-w',
    ]
    const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const seen: string[] = []
    for await (const line of linesOf(child.stdout)) {
      seen.push(...rows(line))
      if (seen.length === 2)
        state.store.update(state.store.resource('ScheduledBackup'), 'rec-main', 'mycluster-nightly', (object) => {
          object['status'] = { lastScheduleTime: '2026-11-23T05:50:06Z' }
        })
      if (seen.length === 3) break
    }
    child.kill()
    expect(seen).toEqual([
      'NAME|AGE|CLUSTER|LAST BACKUP',
      'mycluster-nightly|5m58s|mycluster',
      'mycluster-nightly|5m58s|mycluster|6m',
    ])
  })

  test('reads logs', async () => {
    const logs = await kubectl(['logs', 'mycluster-1', '-c', 'postgres', '--tail=2'])
    expect(logs.stdout.trim().split('\n')).toEqual(LINES.slice(-2))
    const unknown = await kubectl(['logs', 'mycluster-1', '-c', 'nope'])
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('container nope is not valid for pod mycluster-1'),
    ])
  })

  test('runs commands, with input and exit code', async () => {
    const manager = await kubectl([
      'exec',
      'mycluster-1',
      '-c',
      'postgres',
      '--',
      '/controller/manager',
      'instance',
      'status',
    ])
    expect(JSON.parse(manager.stdout)).toMatchObject({ isPrimary: true })
    const text = 'many words\n'.repeat(20_000)
    const copied = await kubectl(['exec', '-i', 'mycluster-1', '-c', 'postgres', '--', 'cat'], { input: text })
    expect([copied.code, copied.stdout === text]).toEqual([3, true])
    expect(copied.stderr).toContain('command terminated with exit code 3')
  })

  test.each([
    ['WebSocket', 'true'],
    ['SPDY', 'false'],
  ])('forwards a port over %s', async (_way, webSockets) => {
    const args = ['--kubeconfig', join(folder, 'admin'), '--cache-dir', join(folder, 'cache')]
    const child = spawn('kubectl', [...args, 'port-forward', 'pod/mycluster-1', ':5432', '--address', '127.0.0.1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets },
    })
    // Its output stays open: kubectl would end with SIGPIPE at its next line.
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(line.toString())?.[1])
    const data = Buffer.alloc(500_000, 'postgres')
    const socket = connect(port, '127.0.0.1')
    socket.write(data)
    const parts: Buffer[] = []
    for await (const part of socket) {
      parts.push(part as Buffer)
      if (parts.reduce((sum, { length }) => sum + length, 0) >= data.length) break
    }
    child.kill()
    expect(Buffer.concat(parts).equals(data)).toBe(true)
    const request = state.requests.findLast(({ info }) => info.subresource === 'portforward')
    expect([request?.method, request?.status]).toEqual([webSockets === 'true' ? 'GET' : 'POST', 101])
  })

  test('reaches pods through the proxy', async () => {
    const raw = await kubectl([
      'get',
      '--raw',
      '/api/v1/namespaces/rec-main/pods/https:mycluster-1:8000/proxy/pg/status',
    ])
    expect(JSON.parse(raw.stdout)).toMatchObject({ isPrimary: true })
  })
})
