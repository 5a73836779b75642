import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load, loadAll } from 'js-yaml'
import { describe, expect, it, onTestFinished } from 'vitest'
import { statusRights } from '../../../src/commands/status/rights.ts'
import { cli } from '../../helpers/cli.ts'
import { runProcess, root } from '../../helpers/process.ts'
import { systemProgram } from '../../helpers/programs.ts'
import { startApiServer } from '../../sandbox/sandbox.ts'
import { kubeconfigFile } from '../support/program.ts'
import { headline } from './support.ts'

interface Manifest {
  kind: string
  metadata: { name: string; namespace?: string }
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[]
  spec?: {
    schedule: string
    jobTemplate: { spec: { template: { spec: { containers: { command: string[]; image: string }[] } } } }
  }
}

const kubectl = systemProgram('kubectl')
const analyze = systemProgram('systemd-analyze')

async function printed(words: string | string[]): Promise<string> {
  const line = typeof words === 'string' ? words.split(' ') : words
  const { code, stdout, stderr } = await cli(['check', ...line])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

describe('--print cronjob', () => {
  it('is a CronJob with the flags that were given, its account and the least role', async () => {
    const text = await printed(
      'mycluster -n shop --print cronjob --every 15m --image registry/cnpg:1 --lag-bytes 1GB,2GB --skip pdb-blocking --timeout 20s',
    )
    const objects = loadAll(text) as Manifest[]
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)).toEqual([
      'ServiceAccount shop/kubectl-cnpg-check',
      'Role shop/kubectl-cnpg-check',
      'RoleBinding shop/kubectl-cnpg-check',
      'CronJob shop/kubectl-cnpg-check',
    ])
    const job = objects.at(-1)?.spec
    expect(job?.schedule).toBe('*/15 * * * *')
    const [container] = job?.jobTemplate.spec.template.spec.containers ?? []
    expect(container).toMatchObject({
      image: 'registry/cnpg:1',
      command: ['kubectl-cnpg', 'check', 'mycluster', '--skip=pdb-blocking', '--lag-bytes=1GB,2GB', '--timeout=20s'],
    })
  })

  it('grants what the command table says, and nothing that does more than read', async () => {
    const [, role] = loadAll(await printed('mycluster -n shop --print cronjob')) as Manifest[]
    const granted = (role?.rules ?? []).flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    )
    const powerful = ['pods/exec', 'pods/portforward', 'secrets']
    const wanted = statusRights
      .filter(({ resource, clusterScope }) => !powerful.includes(resource) && clusterScope !== true)
      .flatMap(({ resource, verbs }) => verbs.map((verb) => `${verb} ${resource}`))
    expect(granted.toSorted()).toEqual([...new Set(wanted)].toSorted())
    expect(granted.filter((right) => !/^(get|list) /.test(right))).toEqual([])
  })

  it('says which files the pod has to have', async () => {
    const text = await printed('-A --print cronjob --state /state/check.json --config /etc/check.yaml')
    expect(text).toContain('# The files of --config, --state have to be in volumes of the pod')
    expect(await printed('-A --print cronjob')).not.toContain('volumes of the pod')
  })

  it('has a ClusterRole for all namespaces', async () => {
    const objects = loadAll(await printed('-A --print cronjob')) as Manifest[]
    expect(objects.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'CronJob'])
    expect(objects[1]?.rules?.flatMap(({ resources }) => resources)).toContain('deployments')
  })

  it.skipIf(kubectl === undefined)("is taken by kubectl's client-side dry run", async () => {
    // It asks a server which kinds there are.
    const server = await startApiServer()
    const place = await kubeconfigFile(server.kubeconfigFor('admin'))
    onTestFinished(async () => void (await Promise.all([server.close(), place.remove()])))
    for (const words of ['mycluster -n shop --print cronjob', '-A --print cronjob --every 6h']) {
      const stdin = await printed(words)
      const args = ['create', '--dry-run=client', '--validate=false', '-f', '-', '-o', 'name']
      const { code, stdout, stderr } = await runProcess(kubectl ?? '', args, {
        stdin,
        env: { ...process.env, ...place.env },
      })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout.trim().split('\n')).toEqual([
        'serviceaccount/kubectl-cnpg-check',
        expect.stringMatching(/^(cluster)?role\.rbac\.authorization\.k8s\.io\/kubectl-cnpg-check$/),
        expect.stringMatching(/^(cluster)?rolebinding\.rbac\.authorization\.k8s\.io\/kubectl-cnpg-check$/),
        'cronjob.batch/kubectl-cnpg-check',
      ])
    }
  })

  it.skipIf(kubectl === undefined)('has no field that Kubernetes does not know', async () => {
    const job = (loadAll(await printed('-A --print cronjob')) as Manifest[]).at(-1)
    const args = ['set', 'image', '--local', '-f', '-', '-o', 'json', 'check=other']
    const { code, stdout, stderr } = await runProcess(kubectl ?? '', args, { stdin: JSON.stringify(job) })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    // It decodes the object into Kubernetes' own types, which drop what they do not know.
    const wanted = JSON.parse(JSON.stringify(job).replace(/kubectl-cnpg:[^"]*/, 'other')) as Manifest
    expect(JSON.parse(stdout)).toMatchObject(wanted as unknown as Record<string, unknown>)
  })

  it.each([
    ['--every 7m', 'a CronJob cannot run every 7m'],
    ['--contexts a,b', 'a CronJob sees its own Kubernetes cluster only, not several contexts'],
    ['--lag-bytes much', '"much" is no threshold for --lag-bytes'],
  ])('refuses %s', async (words, message) => {
    const { code, stdout } = await cli(`check --print cronjob ${words}`)
    expect(code).toBe(3)
    expect(headline(stdout)).toBe(`CNPG UNKNOWN - ${message}`)
  })
})

describe('--print systemd', () => {
  it('is a service and a timer', async () => {
    const text = await printed([
      '-A',
      '--print',
      'systemd',
      '--every',
      '2m',
      '--on-change',
      'mail -s "100% $USER" dba',
      '--state',
      '/var/lib/x',
    ])
    expect(text).toContain(
      'ExecStart=/usr/local/bin/kubectl-cnpg check --all-namespaces --state=/var/lib/x "--on-change=mail -s \\"100%% $$USER\\" dba"\n',
    )
    expect(text).toContain('OnUnitActiveSec=120s\n')
    expect(text).not.toContain('token')
  })

  it.skipIf(analyze === undefined)('is taken by systemd', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'units-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const text = await printed([
      '-A',
      '--print',
      'systemd',
      '--ack',
      'replica-lag=2026-12-01',
      '--on-change',
      'echo "a b" | cat',
    ])
    const units = text.split(/^# \/etc\/systemd\/system\/(\S+)\n/m).slice(1)
    const files: string[] = []
    for (let index = 0; index < units.length; index += 2) {
      const path = join(folder, units[index] ?? '')
      await writeFile(
        path,
        (units[index + 1] ?? '').replace('/usr/local/bin/kubectl-cnpg', join(root, 'bin/kubectl-cnpg')),
      )
      files.push(path)
    }
    expect(files).toHaveLength(2)
    const { code, stderr } = await runProcess(analyze ?? '', ['verify', '--man=no', ...files])
    const ours = stderr.split('\n').filter((line) => line.includes(folder) || line.includes('kubectl-cnpg'))
    expect({ code, ours }).toEqual({ code: 0, ours: [] })
  })
})

describe('--print icinga', () => {
  it('is a command with every flag, and a service with those that were given', async () => {
    const text = await printed(
      '-A --print icinga --lag-bytes 1GB,2GB --only replica-lag --only slot-wal --context prod',
    )
    const blocks = [...text.matchAll(/^(object|apply) (\w+) "([\w-]+)" \{$/gm)].map(
      ([, what, kind, name]) => `${what} ${kind} ${name}`,
    )
    expect(blocks).toEqual(['object CheckCommand cnpg', 'apply Service cloudnative-pg'])
    // Braces and quotes are closed, and every macro is.
    const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '""')
    expect(bare.match(/\{/g)?.length).toBe(bare.match(/\}/g)?.length)
    expect(bare).not.toContain('"\n"')
    for (const flag of [
      '--all-namespaces',
      '--lag-bytes',
      '--certificate-days',
      '--state',
      '--timeout',
      '--kubeconfig',
    ]) {
      expect(text).toContain(`    "${flag}" = {\n`)
    }
    expect(text).not.toMatch(/"--(print|every|image|token)"/)
    expect(text).toContain('  vars.cnpg_all_namespaces = true\n')
    expect(text).toContain('  vars.cnpg_only = [ "replica-lag", "slot-wal" ]\n')
    expect(text).toContain('  vars.cnpg_context = "prod"\n')
  })
})

describe('--print nagios', () => {
  it('is a command and a service, escaped as their language wants it', async () => {
    const text = await printed(['a', '--print', 'nagios', '--on-change', 'echo $HOME; echo hi!', '--state', '/x'])
    expect(text).toContain('command_line          /usr/local/bin/kubectl-cnpg check $ARG1$\n')
    expect(text).toContain(`check_cnpg!a --state=/x '--on-change=echo $$HOME\\; echo hi\\!'\n`)
  })
})

it('the example of a settings file is YAML', async () => {
  expect(load(await printed('--print config'))).toMatchObject({
    thresholds: { 'lag-bytes': '16MB,128MB' },
    clusters: {},
  })
})
