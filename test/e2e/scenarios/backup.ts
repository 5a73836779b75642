import { holds, same } from '../means.ts'
import type { Scenario } from '../scenario.ts'
import { CLUSTER } from '../scenario.ts'

const NAME = 'e2e-backup'

/** Of a cluster without a backup section. */
export const backupRefused: Scenario = {
  name: 'backup-refused',
  steps: [
    {
      title: 'backup is refused where nothing is configured, and makes nothing',
      async run(means) {
        same('exit code', (await means.plugin(['backup', CLUSTER])).code, 1)
        same('backups', (await means.kubectl(['get', 'backups', '-o', 'name'])).trim(), '')
        await means.expect(0, ['backup', 'list', CLUSTER])
        await means.expect(0, ['backup', 'schedules', CLUSTER])
        same('restore', (await means.plugin(['restore', CLUSTER])).code, 1)
      },
    },
  ],
}

/** Of a cluster with one. */
export const backup: Scenario = {
  name: 'backup',
  steps: [
    {
      title: 'backup --wait returns when the backup is complete',
      async run(means) {
        await means.expect(0, ['backup', CLUSTER, '--backup-name', NAME, '--wait'])
        same('phase', await means.field(`backup/${NAME}`, '.status.phase'), 'completed')
        same('taken name', (await means.plugin(['backup', CLUSTER, '--backup-name', NAME])).code, 1)
      },
    },
    {
      title: 'backup list and show tell of it',
      async run(means) {
        holds('list', await means.expect(0, ['backup', 'list', CLUSTER]), NAME)
        holds('show', await means.expect(0, ['backup', 'show', NAME]), 'completed')
      },
    },
    {
      title: 'restore prints a Cluster that the API server would accept',
      async run(means) {
        const manifest = await means.expect(0, ['restore', CLUSTER, '--backup', NAME, '--name', 'e2e-restored'])
        const told = await means.kubectl(['create', '--dry-run=server', '-f', '-', '-o', 'name'], { stdin: manifest })
        holds('accepted', told, 'e2e-restored')
      },
    },
  ],
}
