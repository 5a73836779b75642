import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holds, same } from '../means.ts'
import type { Scenario } from '../scenario.ts'
import { acceptsWrites, CLUSTER, instance, podsOf, primaryOf } from '../scenario.ts'

interface Report {
  summary: { primary: string; instances: number; readyInstances: number }
  instances: { name: string; role: string }[]
  findings: { id: string; severity: string }[]
}

export const reading: Scenario = {
  name: 'reading',
  steps: [
    {
      title: 'status -o json agrees with the objects and the servers',
      async run(means) {
        const report = JSON.parse(await means.expect(0, ['status', CLUSTER, '-o', 'json'])) as Report
        same('primary', report.summary.primary, await primaryOf(means))
        same('instances', report.instances.map(({ name }) => name).sort(), await podsOf(means))
        for (const { name, role } of report.instances) {
          same(`role of ${name}`, role === 'primary', await acceptsWrites(means, name))
        }
        same(
          'critical findings',
          report.findings.filter(({ severity }) => severity === 'critical'),
          [],
        )
      },
    },
    {
      title: 'status as text ends with the instances',
      async run(means) {
        const lines = (await means.expect(0, ['status', CLUSTER])).trimEnd().split('\n').slice(-3)
        same('last lines', lines.map((line) => line.split(' ')[0]).sort(), await podsOf(means))
        holds('name', await means.expect(0, ['status', '-o', 'name']), `cluster.postgresql.cnpg.io/${CLUSTER}`)
      },
    },
    {
      title: 'each way to the instances works by itself',
      async run(means) {
        for (const way of ['proxy', 'exec', 'sql']) {
          const report = JSON.parse(await means.expect(0, ['status', CLUSTER, '--via', way, '-o', 'json'])) as Report
          const primaries = report.instances.filter(({ role }) => role === 'primary').map(({ name }) => name)
          same(`primary by ${way}`, primaries, [await primaryOf(means)])
        }
      },
    },
    {
      title: 'check is OK, and so is status --exit-code',
      async run(means) {
        const off = ['--skip', 'backup-unconfigured,recoverability-missing,backup-age']
        holds('check', await means.expect(0, ['check', CLUSTER, ...off]), /^CNPG OK - .*\|/)
        await means.expect(0, ['status', CLUSTER, '--exit-code', ...off])
      },
    },
    {
      title: 'a saved status is shown again and differs in nothing',
      async run(means) {
        const folder = await mkdtemp(join(tmpdir(), 'cnpg-e2e-'))
        const file = join(folder, 'before.json')
        try {
          await means.expect(0, ['status', CLUSTER, '--save', file])
          holds('replay', await means.expect(0, ['status', '--from', file]), await primaryOf(means))
          await means.expect(0, ['diff', file, CLUSTER])
        } finally {
          await rm(folder, { recursive: true })
        }
      },
    },
    {
      title: 'a cluster that is not there is told with the one that is',
      async run(means) {
        const { code, stderr } = await means.plugin(['status', `${CLUSTER}x`])
        same('exit code', code, 1)
        holds('hint', stderr, CLUSTER)
      },
    },
    {
      title: 'doctor finds all rights and ways',
      async run(means) {
        holds('doctor', await means.expect(0, ['doctor', CLUSTER]), instance(1))
      },
    },
    {
      title: 'version, explain, completion',
      async run(means) {
        holds('version', await means.expect(0, ['version']), /^Build: \{Version:/)
        await means.expect(0, ['version', '--remote'])
        holds('explain', await means.expect(0, ['explain', 'no-primary']), 'no-primary')
        holds('script', await means.expect(0, ['completion', 'bash']), '__complete')
        holds('help', await means.expect(0, ['help']), 'Usage')
      },
    },
  ],
}
