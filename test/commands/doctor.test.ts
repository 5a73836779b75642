import { Ajv2020 } from 'ajv/dist/2020.js'
import { load, loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { publishedSchemas, schemaOf } from '../../scripts/schema/schemas.ts'
import type { DoctorReport } from '../../src/model/doctor/report.ts'
import { cli, type CliOptions } from '../helpers/cli.ts'
import { play, silentPod } from '../snapshot/support/recorded.ts'
import type { RecordedStateOverrides } from '../sandbox/recorded/state.ts'

const OPERATOR = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'cnpg-controller-manager',
    namespace: 'cnpg-system',
    labels: { 'app.kubernetes.io/name': 'cloudnative-pg' },
  },
  spec: {
    replicas: 1,
    template: { spec: { containers: [{ name: 'manager', image: 'ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0' }] } },
  },
  status: { availableReplicas: 1 },
}

interface Options extends CliOptions {
  user?: string
}

async function playDoctor(state = 'healthy-single', overrides: RecordedStateOverrides = {}) {
  const { server } = await play(state, { extra: [OPERATOR], ...overrides })
  const doctor = (words = '', { user = 'admin', ...options }: Options = {}) =>
    cli(`doctor ${words}`, {
      kubeconfig: server.kubeconfigFor(user, { namespace: server.meta.namespace }),
      // The server tells its real time.
      now: new Date().toISOString(),
      ...options,
    })
  return {
    server,
    doctor,
    json: async (words = '', options: Options = {}) => {
      const { code, stdout } = await doctor(`-o json ${words}`, options)
      return { code, report: JSON.parse(stdout) as DoctorReport }
    },
  }
}

const standing = ({ items }: DoctorReport, subject: string) => items.find((item) => item.subject === subject)

describe('doctor where all is well', () => {
  it('says so, section by section', async () => {
    const { doctor } = await playDoctor()
    const { code, stdout, stderr } = await doctor('mycluster --for status,promote')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const shown = stdout
      .replace(/https:\S+?,/g, 'https://SERVER,')
      .replace(/in \d+ ms/, 'in N ms')
      .replace(/^Kubeconfig:.*$/m, 'Kubeconfig: …')
      .replace(/ends 20\S+/, 'ends …')
      .replace(/^(mycluster-1 {2}sql {2}).*$/m, '$1…')
      // The clock of these tests stands still.
      .replace(/^Clock: .*\n/gm, '')
    expect(shown).toMatchInlineSnapshot(`
      "Connection
      Kubeconfig: …
      API server:         https://SERVER, answers in N ms
      TLS:                the server is known to the authority of the kubeconfig; our certificate ends …
      Kubernetes:         v1.34.1
      CloudNativePG API:  v1: backups, clusterimagecatalogs, clusters, databaseroles, databases, failoverquorums, imagecatalogs, poolers, publications, scheduledbackups, subscriptions
      Operator:           1.30.0 in cnpg-system, 1/1 available

      Commands in namespace rec-single
      Command  Works  Missing right  Without it
      -------  -----  -------------  ----------
      status   yes
      promote  yes

      Ways to the instances
      Instance     proxy  exec   sql
      --------     -----  ----   ---
      mycluster-1  works  works  fails
      mycluster-1  sql  …
      "
    `)
  })

  it('fits the published schema', async () => {
    const published = publishedSchemas.find(({ path }) => path.includes('doctor.schema'))!
    const validate = new Ajv2020({ strict: false }).compile(schemaOf(published, { closed: true }))
    const { code, report } = await (await playDoctor()).json()
    expect(code).toBe(0)
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
    expect(report.commands?.every(({ verdict }) => verdict === 'all')).toBe(true)
  })

  it('asks for all rights of all commands in few requests', async () => {
    const { server, doctor } = await playDoctor()
    await doctor('')
    const reviews = server.requests.filter(({ path }) => path.includes('/selfsubject'))
    expect(reviews.filter(({ path }) => path.endsWith('/selfsubjectrulesreviews'))).toHaveLength(1)
    expect(reviews.length).toBeLessThan(6)
  })
})

describe('rights', () => {
  it('are told command by command, with the rule that is missing and what is lost', async () => {
    const { server, doctor, json } = await playDoctor()
    const groups = ['postgresql.cnpg.io']
    server.users.add('viewer', {
      rights: [
        { verbs: ['get', 'list', 'watch'], groups, resources: ['*'], namespaces: ['rec-single'] },
        {
          verbs: ['list', 'get', 'watch'],
          groups: [''],
          resources: ['pods', 'pods/proxy'],
          namespaces: ['rec-single'],
        },
      ],
    })
    const { code, report } = await json('', { user: 'viewer' })
    // Nobody asked for the commands that change something.
    expect(code).toBe(0)
    const of = (name: string) => report.commands?.find(({ command }) => command === name)
    expect(of('status')).toMatchObject({ verdict: 'less' })
    expect(of('status')?.missing).toContainEqual({
      group: 'policy',
      resource: 'poddisruptionbudgets',
      verbs: ['list'],
      clusterScope: false,
      without: 'disruption budgets are not shown',
    })
    expect(of('promote')).toMatchObject({ verdict: 'no' })
    expect(of('promote')?.missing).toContainEqual(
      expect.objectContaining({ resource: 'clusters/status', verbs: ['patch'], without: null }),
    )
    const { stdout } = await doctor('--for promote,status', { user: 'viewer' })
    expect(stdout).toMatch(/^promote +no +/m)
    expect(stdout).toMatch(/^ +patch clusters\/status\.postgresql\.cnpg\.io +it does not work$/m)
    expect(stdout).toContain('kubectl cnpg doctor -o yaml --for')
    expect((await doctor('--for promote', { user: 'viewer' })).code).toBe(1)
    expect((await doctor('--for status,explain', { user: 'viewer' })).code).toBe(0)
  })

  it('without status make it exit with 1', async () => {
    const { server, json } = await playDoctor()
    server.users.add('nobody', { rights: [] })
    const { code, report } = await json('', { user: 'nobody' })
    expect(code).toBe(1)
    expect(report.commands?.find(({ command }) => command === 'status')?.verdict).toBe('no')
    expect(standing(report, 'Clusters')).toMatchObject({ standing: 'unknown' })
  })

  it('in all namespaces are asked for with -A', async () => {
    const { server, json } = await playDoctor()
    server.users.add('local', { rights: [{ verbs: ['*'], resources: ['*'], namespaces: ['rec-single'] }] })
    const status = async (words: string) =>
      (await json(`--for status ${words}`, { user: 'local' })).report.commands?.[0]?.missing.map(
        ({ resource }) => resource,
      )
    expect(await status('')).toEqual(['deployments', 'nodes'])
    expect(await status('-A')).toContain('clusters')
  })
})

describe('-o yaml', () => {
  it('is the role that a user needs for these commands, and it suffices', async () => {
    const { server, doctor, json } = await playDoctor()
    const { code, stdout } = await doctor('-o yaml --for status,check -n rec-single')
    expect(code).toBe(0)
    const [role, wide] = loadAll(stdout) as {
      kind: string
      metadata: { namespace?: string }
      rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[]
    }[]
    expect([role?.kind, role?.metadata.namespace, wide?.kind]).toEqual(['Role', 'rec-single', 'ClusterRole'])
    const rights = [role, wide].flatMap((each, index) =>
      (each?.rules ?? []).map(({ apiGroups, resources, verbs }) => ({
        groups: apiGroups,
        resources,
        verbs,
        ...(index === 0 ? { namespaces: ['rec-single'] } : {}),
      })),
    )
    expect(rights.flatMap(({ resources }) => resources)).not.toContain('secrets')
    expect(stdout).toContain('# - apiGroups: [""]\n  #   resources: [secrets]\n')
    server.users.add('least', { rights })
    const { report } = await json('--for status,check', { user: 'least' })
    const missing = report.commands?.flatMap((each) => each.missing.map(({ resource }) => resource))
    expect(new Set(missing)).toEqual(new Set(['pods/exec', 'pods/portforward', 'secrets']))
    const check = await cli('check mycluster', {
      kubeconfig: server.kubeconfigFor('least', { namespace: 'rec-single' }),
      now: server.at.toISOString(),
    })
    expect(check.code).toBe(0)
  })

  it('for all namespaces is one ClusterRole', async () => {
    const { doctor } = await playDoctor()
    expect(load((await doctor('-o yaml --for promote -A')).stdout)).toMatchObject({ kind: 'ClusterRole' })
  })
})

describe('the connection', () => {
  it('that fails is told, with what would help', async () => {
    const { code, stdout } = await cli('doctor', { kubeconfig: { clusters: [], contexts: [], users: [] } })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Kubeconfig: +bad: there is none/m)
    const broken = await cli('doctor', { kubeconfig: 'contexts: 1' })
    expect(broken.code).toBe(1)
    expect(broken.stdout).toMatch(/^Kubeconfig: +bad: kubeconfig .*contexts must be a list/m)
    const { server } = await playDoctor()
    const kubeconfig = server.kubeconfigFor('admin').replace(/https:\/\/[^\s]+/, 'https://127.0.0.1:1')
    const away = await cli('doctor', { kubeconfig })
    expect(away.code).toBe(1)
    expect(away.stdout).toMatch(/^API server: +bad: .*127\.0\.0\.1:1/m)
    expect(away.stdout).not.toContain('Commands in')
  })

  it('with another clock on the other side', async () => {
    const { json } = await playDoctor()
    const at = (seconds: number) => ({ now: new Date(Date.now() + seconds * 1000).toISOString() })
    expect(standing((await json('', at(-15))).report, 'Clock')).toMatchObject({ standing: 'note' })
    const far = await json('', at(-300))
    expect(far.code).toBe(1)
    expect(standing(far.report, 'Clock')).toMatchObject({
      standing: 'bad',
      text: expect.stringMatching(/ s ahead$/) as string,
    })
  })

  it('to a server without the operator, and to one whose operator is down', async () => {
    const { server, json } = await playDoctor()
    server.faults.add({
      path: /^\/apis\/postgresql\.cnpg\.io$/,
      answer: { code: 404, text: '404 page not found\n' },
    })
    const none = await json()
    expect(none.code).toBe(1)
    expect(standing(none.report, 'CloudNativePG API')).toMatchObject({
      standing: 'bad',
      text: expect.stringContaining('not installed') as string,
    })
    const down = await playDoctor('healthy-single', { extra: [{ ...OPERATOR, status: { availableReplicas: 0 } }] })
    const { code, report } = await down.json()
    expect(code).toBe(1)
    expect(standing(report, 'Operator')).toMatchObject({
      standing: 'bad',
      text: '1.30.0 in cnpg-system, 0/1 available',
    })
  })
})

describe('the ways to the instances', () => {
  it('are tried one by one, each with its reason', async () => {
    const { code, report } = await (await playDoctor('instance-blackholed')).json('mycluster')
    const reach = Object.fromEntries((report.instances ?? []).map(({ instance, ways }) => [instance, ways]))
    expect(reach['mycluster-1']?.proxy.works).toBe(true)
    expect(reach['mycluster-3']?.proxy).toMatchObject({ works: false, reason: expect.any(String) as string })
    expect(reach['mycluster-3']?.exec.works).toBe(true)
    expect(code).toBe(0)
  })

  it('make it exit with 1 when none leads to one', async () => {
    const { code, report } = await (
      await playDoctor('healthy-single', { pods: { 'mycluster-1': silentPod } })
    ).json('mycluster --instance-timeout 500ms')
    expect(code).toBe(1)
    expect(report.instances?.[0]?.ways).toMatchObject({
      proxy: { works: false },
      exec: { works: false },
      sql: { works: false },
    })
  })

  it('say which of them is only not permitted', async () => {
    const { server, doctor } = await playDoctor()
    server.policy.deny({ resource: 'pods/exec' })
    server.policy.deny({ resource: 'pods/portforward' })
    const { stdout } = await doctor('mycluster')
    expect(stdout).toMatch(/^mycluster-1 +works +not permitted +not permitted$/m)
  })

  it('to a cluster that is not there', async () => {
    const { code, stdout } = await (await playDoctor()).doctor('nobody')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Cluster nobody: +bad: cluster "nobody" not found/m)
  })
})

it('an unknown command is a mistake', async () => {
  const { code, stderr } = await cli('doctor --for promot')
  expect(code).toBe(2)
  expect(stderr).toContain('there is no command "promot"\nDid you mean "promote"?')
})
