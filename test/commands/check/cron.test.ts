import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startManyClusters, type ManyClusters } from '../../helpers/many-clusters.ts'
import { parsePerfdata } from '../../helpers/perfdata.ts'
import { type Ended, root, runProcess } from '../../helpers/process.ts'
import { systemProgram } from '../../helpers/programs.ts'
import { systemNode } from '../../helpers/system-node.ts'
import { headline } from './support.ts'

/** What Debian's cron gives its jobs, but without HOME, which other crons and CronJobs do not give. */
const CRON = { SHELL: '/bin/sh', PATH: '/usr/bin:/bin', LOGNAME: 'root', LC_ALL: 'C' }

let server: ManyClusters
let folder: string
let kubeconfig: string

beforeAll(async () => {
  server = await startManyClusters({ clusters: 2 })
  folder = await mkdtemp(join(tmpdir(), 'cron-'))
  kubeconfig = join(folder, 'config')
  await writeFile(kubeconfig, server.kubeconfigFor('admin', { namespace: 'team-001' }), { mode: 0o600 })
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

/** Runs a line of a crontab: by the shell, in an empty environment, without a terminal, in the root folder. */
function cronLine(line: string, env: Record<string, string> = CRON): Promise<Ended> {
  const node = systemNode() ?? process.execPath
  return runProcess('/bin/sh', ['-c', `${node} ${join(root, 'dist/cli.cjs')} ${line}`], { env, cwd: '/' })
}

describe('from cron', () => {
  it('answers on stdout alone', async () => {
    const { code, stdout, stderr } = await cronLine(`check -A --kubeconfig ${kubeconfig} --skip backup-age`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(headline(stdout)).toBe('CNPG OK - 2 clusters: 2 OK')
    expect(parsePerfdata(stdout.split('\n')[0] ?? '').length).toBeGreaterThan(10)
    expect(stdout).not.toContain('\u001b')
  })

  it('keeps its state, its lock and its metrics', async () => {
    const files = `--state ${folder}/state --lock ${folder}/lock --textfile ${folder}/cnpg.prom`
    const line = `check db-001 --kubeconfig ${kubeconfig} --skip backup-age --quiet-repeat ${files}`
    expect((await cronLine(line)).stdout).toMatch(/^CNPG OK/)
    expect(await cronLine(line)).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  it('is UNKNOWN without a kubeconfig, and for a mistake, with the reason in the first line', async () => {
    const none = await cronLine('check mycluster')
    expect({ code: none.code, stderr: none.stderr }).toEqual({ code: 3, stderr: '' })
    expect(none.stdout).toMatch(/^CNPG UNKNOWN - \S.*\n/)
    const mistake = await cronLine('check --lag-byte 1')
    expect({ code: mistake.code, stderr: mistake.stderr }).toEqual({ code: 3, stderr: '' })
    expect(headline(mistake.stdout)).toBe('CNPG UNKNOWN - unknown flag --lag-byte')
  })

  it.each(['check a', 'check --contexts c'])('does not wait for a login that nobody makes: %s', async (words) => {
    const pidFile = join(folder, 'pid')
    const args = ['-c', `echo $$ > ${pidFile}; exec sleep 60`]
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sh', args, interactiveMode: 'Never' }
    const hanging = {
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      users: [{ name: 'u', user: { exec } }],
      'current-context': 'c',
    }
    const file = join(folder, 'hanging')
    await writeFile(file, JSON.stringify(hanging), { mode: 0o600 })
    const { code, stdout } = await cronLine(`${words} --kubeconfig ${file} --timeout 1500ms`)
    expect(code).toBe(3)
    expect(headline(stdout)).toContain('not finished after 1.5s')
    // Nor does it leave the plugin behind; the system may take a moment to bury it.
    const pid = Number(await readFile(pidFile, 'utf8'))
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 5000 })
  })
})

const unshare = systemProgram('unshare')
/** A place of its own for the files that a pod finds in /run. */
const alone = ['--map-root-user', '--mount', '/bin/sh', '-c']
const mayBeAlone =
  unshare !== undefined && spawnSync(unshare, [...alone, 'mount -t tmpfs tmpfs /run'], { stdio: 'ignore' }).status === 0

describe('in a pod', () => {
  it.skipIf(!mayBeAlone)('uses its service account and namespace', async () => {
    const { hostname, port } = new URL(server.url)
    const account = join(folder, 'account')
    await mkdir(account)
    await writeFile(join(account, 'token'), server.users.token('admin'))
    await writeFile(join(account, 'ca.crt'), server.authority.certificate)
    await writeFile(join(account, 'namespace'), 'team-002')
    const home = '/run/secrets/kubernetes.io/serviceaccount'
    const node = systemNode() ?? process.execPath
    const script = [
      'mount -t tmpfs tmpfs /run',
      `mkdir -p ${home}`,
      `cp ${account}/* ${home}`,
      `exec ${node} ${join(root, 'dist/cli.cjs')} check db-002 --skip backup-age`,
    ]
    // The home of root, as whom it believes to run, belongs to somebody else.
    const env = { ...CRON, HOME: folder, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
    const { code, stdout, stderr } = await runProcess(unshare ?? '', [...alone, script.join(' && ')], { env, cwd: '/' })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(headline(stdout)).toBe('CNPG OK - db-002: 3/3 instances ready, primary db-002-1')
  })
})
