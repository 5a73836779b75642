import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ClusterSnapshot, FleetSnapshot } from '../../src/api/snapshot.ts'
import { CliError } from '../../src/errors/cli-error.ts'
import { loadSaved, loadSnapshot, saveSnapshot } from '../../src/snapshot/file.ts'
import { redacted } from '../../src/snapshot/redact.ts'
import { withoutSecrets } from '../../src/snapshot/scrub.ts'
import { fakeHost } from '../helpers/fake-host.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'snapshot-test-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

function withSecrets(): ClusterSnapshot {
  const snapshot = recordedSnapshot('healthy')
  const { cluster, objects } = snapshot
  cluster.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"x":"hunter2"}' }
  cluster.spec.externalClusters = [
    { name: 'origin', connectionParameters: { host: 'db.example.org', password: 'hunter2' } },
    { name: 'other', connectionParameters: { host: 'postgres://joe:hunter2@db.example.org/app' } },
  ]
  cluster.spec.postgresql = {
    parameters: { primary_conninfo: "host=db user=joe password='hunter2 x' sslmode=require" },
  }
  if (objects.pods.ok) {
    const container = objects.pods.value[0]?.spec.containers?.[0] as unknown as Record<string, unknown>
    container['env'] = [
      { name: 'LICENCE', value: 'hunter2' },
      { name: 'FROM', valueFrom: { secretKeyRef: { name: 's' } } },
    ]
  }
  objects.configuration = {
    ok: true,
    at: snapshot.takenAt,
    via: 'exec',
    value: { customConf: '', hbaConf: 'host all all all ldap ldapserver=x ldapbindpasswd=hunter2\n' },
  }
  return snapshot
}

describe('a saved snapshot', () => {
  it('comes back as it was, and only its owner may read it', async () => {
    const path = join(await folder(), 'snapshot.json')
    const snapshot = withoutSecrets(recordedSnapshot('healthy'))
    await saveSnapshot(path, snapshot, { redact: false })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await loadSnapshot(path, fakeHost().stdin)).toEqual(snapshot)
    expect(await loadSnapshot('-', fakeHost({ stdin: await readFile(path) }).stdin)).toEqual(snapshot)
  })

  it('takes the mode of its own even where a file was', async () => {
    const path = join(await folder(), 'snapshot.json')
    await writeFile(path, 'old')
    await chmod(path, 0o644)
    await saveSnapshot(path, recordedSnapshot('healthy-single'), { redact: false })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('holds no password that users wrote anywhere', async () => {
    const path = join(await folder(), 'snapshot.json')
    await saveSnapshot(path, withSecrets(), { redact: false })
    const text = await readFile(path, 'utf8')
    expect(text).not.toContain('hunter2')
    expect(text).toContain('sslmode=require')
    expect(text).toContain('secretKeyRef')
    expect(text).toContain('"accessKeyId"')
  })

  it.each([
    ['{"schemaVersion":2}', 'holds a snapshot of version 2; this program reads version 1'],
    ['{"schemaVersion":1}', 'holds no snapshot of a cluster'],
    ['null', 'holds no snapshot of a cluster'],
    ['no JSON', 'holds no snapshot of a cluster'],
  ])('is refused when it is %s', async (text, message) => {
    const error: unknown = await loadSnapshot('-', fakeHost({ stdin: text }).stdin).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(CliError)
    expect((error as CliError).message).toBe(`stdin ${message}`)
  })

  it('says why it cannot be read or written', async () => {
    const path = join(await folder(), 'nowhere', 'snapshot.json')
    await expect(loadSnapshot(path, fakeHost().stdin)).rejects.toMatchObject({ kind: 'config' })
    await expect(saveSnapshot(path, recordedSnapshot('healthy-single'), { redact: true })).rejects.toMatchObject({
      message: expect.stringContaining(`cannot save to ${path}`) as string,
    })
  })
})

describe('a saved fleet', () => {
  const fleet = (states: string[]): FleetSnapshot => ({
    schemaVersion: 1,
    kind: 'Fleet',
    takenAt: '2026-11-23T06:00:00Z',
    clusters: states.map((state) => recordedSnapshot(state)),
    unread: [{ context: 'east', problem: { ok: false, reason: 'timeout', message: 'east did not answer' } }],
  })

  it('comes back as it was, without secrets', async () => {
    const path = join(await folder(), 'fleet.json')
    const saved = fleet(['healthy', 'healthy-single'])
    saved.clusters[0] = withSecrets()
    await saveSnapshot(path, saved, { redact: false })
    expect(await loadSaved(path, fakeHost().stdin)).toEqual(withoutSecrets(saved))
    expect(await readFile(path, 'utf8')).not.toContain('hunter2')
  })

  it('is taken for its cluster where it has one only, and refused where one is needed and there are more', async () => {
    const load = (states: string[]): Promise<ClusterSnapshot> =>
      loadSnapshot('-', fakeHost({ stdin: JSON.stringify(fleet(states)) }).stdin)
    expect((await load(['healthy-single'])).source.name).toBe('mycluster')
    await expect(load(['healthy', 'healthy-single'])).rejects.toMatchObject({
      kind: 'config',
      message: 'stdin holds 2 clusters, and one is needed',
    })
  })

  it('is refused when one of its clusters is none', async () => {
    const stdin = JSON.stringify({ ...fleet([]), clusters: [{ cluster: {} }] })
    await expect(loadSaved('-', fakeHost({ stdin }).stdin)).rejects.toMatchObject({
      message: 'stdin holds no snapshot of a cluster',
    })
  })

  it('names nobody when redacted, not even those that were not read', () => {
    const text = JSON.stringify(redacted(fleet(['healthy', 'two-clusters-one-namespace'])))
    for (const name of ['rec-main', 'rec-two', 'mycluster', '"east"', 'east did']) expect(text).not.toContain(name)
  })
})

describe('a redacted snapshot', () => {
  const snapshot = redacted(recordedSnapshot('healthy'))
  const text = JSON.stringify(snapshot)

  it('names neither the cluster and what belongs to it nor addresses', () => {
    for (const name of ['rec-main', 'mycluster', 'node1', 'orders', 's3://backups', '10.244.', '10.250.']) {
      expect(text).not.toContain(name)
    }
  })

  it('keeps together what belongs together, and what is no name', () => {
    expect(snapshot.instances.map(({ pod }) => pod)).toEqual(['cluster-1-1', 'cluster-1-2', 'cluster-1-3'])
    expect(snapshot.cluster.status?.currentPrimary).toBe('cluster-1-1')
    const original = recordedSnapshot('healthy')
    expect(snapshot.cluster.status?.phase).toBe(original.cluster.status?.phase)
    const figures = { databaseBytes: 366581148, walBytes: 939524096, walFilesWaiting: 0 }
    expect(original.instances[0]?.metrics).toMatchObject({ value: figures })
    expect(snapshot.instances[0]?.metrics).toMatchObject({ value: figures })
    expect(snapshot.takenAt).toBe(original.takenAt)
  })
})
