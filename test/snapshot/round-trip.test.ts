import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { buildStatus } from '../../src/model/status.ts'
import { loadSnapshot, saveSnapshot } from '../../src/snapshot/file.ts'
import { fakeHost } from '../helpers/fake-host.ts'
import { recordedSnapshot, recordedStates } from '../helpers/recorded-snapshot.ts'
import { screenDocument } from '../helpers/status-screen.ts'

let folder: string

beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'round-trip-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function saved(snapshot: ClusterSnapshot, redact = false): Promise<{ text: string; loaded: ClusterSnapshot }> {
  const path = join(folder, 'snapshot.json')
  await saveSnapshot(path, snapshot, { redact })
  return { text: await readFile(path, 'utf8'), loaded: await loadSnapshot(path, fakeHost().stdin) }
}

describe.each(recordedStates())('%s', (state) => {
  it('looks from a file as it does live, at every level', async () => {
    const { loaded } = await saved(recordedSnapshot(state, 2))
    for (const level of [0, 1, 2]) {
      const live = screenDocument(buildStatus(recordedSnapshot(state, 2)), level, true)
      expect(screenDocument(buildStatus(loaded), level, true)).toEqual(live)
    }
  })

  it('names neither the cluster nor the namespace, nodes and addresses when redacted', async () => {
    const snapshot = recordedSnapshot(state, 2)
    const { text, loaded } = await saved(snapshot, true)
    const { name, namespace } = snapshot.source
    // Names of one or two letters are also parts of other words.
    const telling = [namespace, ...(name.length > 2 ? [name] : [])]
    for (const word of telling) expect(text).not.toMatch(new RegExp(`\\b${word}(?![A-Za-z0-9])`))
    expect(text).not.toMatch(/\b10\.\d+\.\d+\.\d+\b|\bnode1\b/)
    expect(screenDocument(buildStatus(loaded), 1).sections.length).toBe(
      screenDocument(buildStatus(snapshot), 1).sections.length,
    )
  })
})

describe('a saved file', () => {
  const MARK = 'Tr0ub4dor'
  const KEY = `-----BEGIN RSA PRIVATE KEY-----\n${MARK}\n-----END RSA PRIVATE KEY-----`

  /** Secrets in every place where people have been seen to put them. */
  const PLACES: Record<string, (snapshot: ClusterSnapshot) => void> = {
    'an annotation with the last applied object': (s) =>
      annotate(s, 'kubectl.kubernetes.io/last-applied-configuration', `{"data":"${MARK}"}`),
    'JSON in an annotation': (s) => annotate(s, 'vault/config', JSON.stringify({ user: 'joe', dbPassword: MARK })),
    'JSON in JSON in an annotation': (s) =>
      annotate(s, 'vault/config', JSON.stringify({ inner: JSON.stringify({ apiToken: MARK }) })),
    'a variable in an annotation': (s) => annotate(s, 'tool/env', `PGUSER=joe PGPASSWORD=${MARK}`),
    'a connection string in a parameter': (s) =>
      setParameter(s, 'primary_conninfo', `host=db user=joe password='${MARK} x' sslmode=require`),
    'a URL in a parameter': (s) => setParameter(s, 'archive_command', `curl https://joe:${MARK}@store/x`),
    'an access key in a parameter': (s) =>
      setParameter(s, 'archive_command', `AWS_SECRET_ACCESS_KEY=${MARK} s3 cp %p s3://x`),
    'a flag in a parameter': (s) => setParameter(s, 'archive_command', `tool --api-key=${MARK} %p`),
    'a private key in a parameter': (s) => setParameter(s, 'ssl_passphrase_command', KEY),
    'parameters of an external cluster': (s) =>
      (s.cluster.spec.externalClusters = [{ name: 'o', connectionParameters: { host: 'h', password: MARK } }]),
    'parameters of a plugin': (s) =>
      (s.cluster.spec.plugins = [{ name: 'p', parameters: { accessKey: MARK, secretKey: MARK, authToken: MARK } }]),
    'the environment of a container': (s) => container(s, { env: [{ name: 'LICENCE', value: MARK }] }),
    'arguments of a container': (s) => container(s, { args: [`--password=${MARK}`] }),
    'the error of a backup': (s) => {
      if (s.objects.backups.ok) s.objects.backups.value[0]!.status!.error = `403 for https://k:${MARK}@s3/bucket`
    },
    'the configuration files': (s) => {
      const value = { customConf: `x = 'password=${MARK}'`, hbaConf: `host all all all ldap ldapbindpasswd="${MARK}"` }
      s.objects.configuration = { ok: true, value, at: s.takenAt, via: 'exec' }
    },
    'a web token in a message': (s) =>
      (s.cluster.status!.phaseReason = `denied: eyJhbGciOiJSUzI1NiJ9.${MARK}.c2lnbmF0dXJl`),
  }

  it.each(Object.entries(PLACES))('keeps no secret from %s', async (_place, put) => {
    const snapshot = recordedSnapshot('healthy')
    put(snapshot)
    expect(JSON.stringify(snapshot)).toContain(MARK)
    const { text } = await saved(snapshot)
    expect(text).not.toContain(MARK)
  })

  it('keeps the names of Secrets, which tell what is wrong and open nothing', async () => {
    const { text } = await saved(recordedSnapshot('managed-roles'))
    expect(text).toContain('failed to get password secret no-such-secret: secrets')
  })

  function annotate(snapshot: ClusterSnapshot, name: string, value: string): void {
    snapshot.cluster.metadata.annotations = { ...snapshot.cluster.metadata.annotations, [name]: value }
  }

  function setParameter(snapshot: ClusterSnapshot, name: string, value: string): void {
    snapshot.cluster.spec.postgresql = { parameters: { [name]: value } }
  }

  function container(snapshot: ClusterSnapshot, members: Record<string, unknown>): void {
    if (!snapshot.objects.pods.ok) throw new Error('no pods')
    Object.assign(snapshot.objects.pods.value[0]!.spec.containers![0]!, members)
  }
})
