import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Client } from 'pg'
import { holds, same } from '../means.ts'
import type { Means } from '../means.ts'
import type { Scenario } from '../scenario.ts'
import { CERTIFIED, CLUSTER, primaryOf } from '../scenario.ts'

const SECRET = 'e2e-login'

/** A value of a secret, as kubectl gives it. */
async function secretValue(means: Means, secret: string, key: string): Promise<string> {
  const encoded = await means.field(`secret/${secret}`, `.data['${key.replaceAll('.', '\\.')}']`)
  return Buffer.from(encoded, 'base64').toString('utf8')
}

/** Logs in with the certificate of the secret, through a port-forward of kubectl; returns who the server takes us for. */
async function logIn(means: Means): Promise<string> {
  const [cert, key, ca] = await Promise.all([
    secretValue(means, SECRET, 'tls.crt'),
    secretValue(means, SECRET, 'tls.key'),
    secretValue(means, `${CLUSTER}-ca`, 'ca.crt'),
  ])
  const forward = spawn('kubectl', [
    '-n',
    means.settings.namespace,
    'port-forward',
    `pod/${await primaryOf(means)}`,
    ':5432',
  ])
  try {
    const [line] = (await once(forward.stdout, 'data')) as [Buffer]
    const port = Number(/:(\d+) ->/.exec(line.toString())?.[1])
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: CERTIFIED,
      database: 'app',
      // The name in the server's certificate is that of its service.
      ssl: { ca, cert, key, checkServerIdentity: () => undefined },
    })
    client.on('error', () => undefined)
    await client.connect()
    const { rows } = await client.query<{ me: string }>(
      'SELECT current_user AS me FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND client_dn IS NOT NULL',
    )
    await client.end()
    return rows[0]?.me ?? ''
  } finally {
    forward.kill()
  }
}

export const certificate: Scenario = {
  name: 'certificate',
  steps: [
    {
      title: 'certificate makes a secret with which one can log in',
      async run(means) {
        await means.expect(0, ['certificate', SECRET, '--cnpg-cluster', CLUSTER, '--cnpg-user', CERTIFIED])
        same('type', await means.field(`secret/${SECRET}`, '.type'), 'kubernetes.io/tls')
        same('login', await logIn(means), CERTIFIED)
      },
    },
    {
      title: 'certificate list names it and those of the cluster',
      async run(means) {
        const list = await means.expect(0, ['certificate', 'list', CLUSTER])
        holds('list', list, SECRET)
        holds('list', list, `${CLUSTER}-ca`)
      },
    },
    {
      title: 'certificate renew makes another one, with which one can log in',
      async run(means) {
        const before = await secretValue(means, SECRET, 'tls.crt')
        await means.expect(0, ['certificate', 'renew', SECRET])
        same('the same', (await secretValue(means, SECRET, 'tls.crt')) === before, false)
        same('login', await logIn(means), CERTIFIED)
      },
    },
  ],
}
