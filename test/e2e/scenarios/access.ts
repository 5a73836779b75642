import { setTimeout as sleep } from 'node:timers/promises'
import { holds, same } from '../means.ts'
import type { Scenario } from '../scenario.ts'
import { CLUSTER, primaryOf } from '../scenario.ts'

export const access: Scenario = {
  name: 'access',
  steps: [
    {
      title: 'psql reaches the primary, hands over stdin and returns its exit code',
      async run(means) {
        same(
          'rows',
          (await means.expect(0, ['psql', CLUSTER, '--', '-XAtq', 'app', '-c', 'SELECT count(*) FROM kept'])).trim(),
          '1000',
        )
        const stdin = 'SELECT pg_is_in_recovery();\n'
        same('primary', (await means.expect(0, ['psql', CLUSTER, '-i', '--', '-XAtq'], { stdin })).trim(), 'f')
        same(
          'replica',
          (await means.expect(0, ['psql', CLUSTER, '--replica', '-i', '--', '-XAtq'], { stdin })).trim(),
          't',
        )
        same('code', (await means.plugin(['psql', CLUSTER, '--', '-X', '-c', 'SELECT 1/0'])).code, 1)
      },
    },
    {
      title: 'sql reads as the application, writes only when told',
      async run(means) {
        same('user', await means.expect(0, ['sql', CLUSTER, 'SELECT current_user AS me', '-o', 'csv']), 'me\napp\n')
        same('refused', (await means.plugin(['sql', CLUSTER, 'DELETE FROM kept WHERE id > 990'])).code, 1)
        await means.expect(0, ['sql', CLUSTER, '--write', 'DELETE FROM kept WHERE id > $1', '-p', '990'])
        same('left', await means.sql(await primaryOf(means), 'SELECT count(*) FROM kept'), '990')
        const all = JSON.parse(
          await means.expect(0, [
            'sql',
            CLUSTER,
            '--all-instances',
            'SELECT pg_is_in_recovery() AS standby',
            '-o',
            'json',
          ]),
        ) as unknown
        holds('every instance', JSON.stringify(all), `${CLUSTER}-3`)
      },
    },
    {
      title: 'connect runs a program with the connection, and ends with it',
      async run(means) {
        const script = 'process.stdout.write(process.env.PGHOST + " " + process.env.PGPORT + " " + process.env.PGUSER)'
        const told = await means.expect(0, ['connect', CLUSTER, '--', process.execPath, '-e', script])
        holds('connection', told, /127\.0\.0\.1 \d+ app$/)
      },
    },
    {
      title: 'connect stays until it is told to end',
      async run(means) {
        const { code, stdout } = await means.plugin(['connect', CLUSTER, '-o', 'json'], {
          onStart: (child) => child.stdout?.once('data', () => void sleep(200).then(() => child.kill('SIGINT'))),
        })
        same('exit code', code, 130)
        holds('what it told', stdout, '"port"')
      },
    },
    {
      title: 'logs tell of an error that a statement met',
      async run(means) {
        const marker = `marker_${process.pid}`
        await means.plugin(['sql', CLUSTER, `SELECT ${marker}`])
        await means.until('the error is in the log', async () => {
          const told = await means.expect(0, ['logs', 'cluster', CLUSTER, '--pretty', '--grep', marker])
          return told.includes('ERROR') && told.includes(marker)
        })
        const raw = await means.kubectl(['logs', await primaryOf(means), '-c', 'postgres'])
        holds('kubectl agrees', raw, marker)
        holds('pretty', await means.expect(0, ['logs', 'pretty', '--grep', marker], { stdin: raw }), marker)
      },
    },
  ],
}
