import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withoutSecrets } from '../../../src/snapshot/scrub.ts'
import type { ClusterSnapshot } from '../../../src/api/snapshot.ts'
import { cli } from '../../helpers/cli.ts'
import { recordedSnapshot } from '../../helpers/recorded-snapshot.ts'
import { headline } from './support.ts'

const NOW = '2026-11-23T06:00:00Z'

/** Runs `check` on a recorded state, where a standby is 110 MB behind, looking at that alone. */
async function checkLag(words: string, change: (snapshot: ClusterSnapshot) => void = () => undefined) {
  const snapshot = recordedSnapshot('lagging-replica')
  change(snapshot)
  const stdin = JSON.stringify(withoutSecrets(snapshot))
  const { code, stdout } = await cli(`check mycluster --from - --only replica-lag ${words}`, { stdin, now: NOW })
  return { code, line: headline(stdout), stdout }
}

async function configFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'check-config-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'check.yaml')
  await writeFile(file, text)
  return file
}

const annotated = (key: string, text: string) => (snapshot: ClusterSnapshot) => {
  snapshot.cluster.metadata.annotations = {
    ...snapshot.cluster.metadata.annotations,
    [`check.kubectl-cnpg/${key}`]: text,
  }
}

describe('--config', () => {
  it('sets thresholds for all, and for some', async () => {
    const file = await configFile(
      'thresholds:\n  lag-bytes: 1GB,2GB\nclusters:\n  other/*:\n    thresholds: {lag-bytes: "1,2"}\n',
    )
    expect((await checkLag(`--config ${file}`)).code).toBe(0)
    const own = await configFile(
      'thresholds:\n  lag-bytes: 1GB,2GB\nclusters:\n  rec-*/mycluster:\n    thresholds: {lag-bytes: ",100MB"}\n',
    )
    expect((await checkLag(`--config ${own}`)).code).toBe(2)
  })

  it('is weaker than a flag', async () => {
    const file = await configFile('thresholds: {lag-bytes: "1GB,2GB"}\n')
    expect((await checkLag(`--config ${file} --lag-bytes 16MB,128MB`)).code).toBe(1)
  })

  it('can skip and acknowledge', async () => {
    const skipping = await configFile('skip: [replica-lag]\n')
    expect((await checkLag(`--config ${skipping}`)).code).toBe(0)
    const known = await configFile('ack:\n  replica-lag: 2026-11-23\n')
    const { code, stdout } = await checkLag(`--config ${known}`)
    expect(code).toBe(0)
    expect(stdout).toContain('\nacknowledged until 2026-11-24T00:00:00.000Z: WARNING replica-lag: ')
  })

  it.each([
    ['thresholds: [1]', /check\.yaml: thresholds must be a mapping$/],
    ['thresholds: {lag-byte: 1}', /check\.yaml: there is no threshold "lag-byte"$/],
    ['thresholds: {lag-bytes: much}', /check\.yaml: "much" is no threshold for --lag-bytes$/],
    ['clusters: {mycluster: {}}', /clusters\["mycluster"\] must be named NAMESPACE\/NAME or CONTEXT\/NAMESPACE\/NAME$/],
    ['clusters: {a/b: {skip: [nothing]}}', /clusters\["a\/b"\]: there is no finding "nothing"$/],
    ['lag-bytes: 1', /check\.yaml: lag-bytes is not known here; there are thresholds, only, skip, ack, clusters$/],
    ['ack: {replica-lag: tomorrow}', /check\.yaml: "tomorrow" is not a moment$/],
    ['thresholds: {\n', /check\.yaml is not valid YAML in line \d+/],
  ])('is refused where it holds %s', async (text, message) => {
    const { code, line } = await checkLag(`--config ${await configFile(text)}`)
    expect(code).toBe(3)
    expect(line).toMatch(message)
  })

  it('that is not there makes the check UNKNOWN', async () => {
    const { code, line } = await checkLag('--config /nonexistent/check.yaml')
    expect(code).toBe(3)
    expect(line).toContain('cannot read /nonexistent/check.yaml')
  })

  it('has an example, which changes nothing', async () => {
    const { code, stdout } = await cli('check --print config')
    expect(code).toBe(0)
    expect(stdout).toContain('  lag-bytes: "16MB,128MB"\n')
    expect((await checkLag(`--config ${await configFile(stdout)}`)).code).toBe(1)
  })
})

describe('annotations of a Cluster', () => {
  it('win over flags and file', async () => {
    expect((await checkLag('--lag-bytes 1GB,2GB', annotated('lag-bytes', ',100MB'))).code).toBe(2)
    expect((await checkLag('', annotated('skip', 'replica-lag, slot-wal'))).code).toBe(0)
    expect((await checkLag('', annotated('ack', 'replica-lag=2026-11-23T07:00Z'))).code).toBe(0)
  })

  it('that make no sense are UNKNOWN, and never hide what is worse', async () => {
    const { code, line } = await checkLag('', annotated('lag-byte', '1'))
    expect(code).toBe(3)
    expect(line).toMatch(
      /mycluster: annotation check\.kubectl-cnpg\/lag-byte: there is no threshold "lag-byte" \(\+1 more\)$/,
    )
    expect((await checkLag('--lag-bytes ,100MB', annotated('lag-byte', '1'))).code).toBe(2)
  })
})

describe('--ack', () => {
  it.each([
    ['replica-lag=2026-11-23T06:00:01Z', 0],
    ['replica-lag=2026-11-23T08:00+02:00', 1],
    ['replica-lag=2026-11-22', 1],
    ['replica-lag=2026-11-23', 0],
    ['slot-wal=2027-01-01', 1],
  ])('%s', async (ack, expected) => {
    const at = (snapshot: ClusterSnapshot) => (snapshot.takenAt = NOW)
    expect((await checkLag(`--ack ${ack}`, at)).code).toBe(expected)
  })

  it.each(['replica-lag', 'replica-lag=soon', 'replica-lag=2026-02-30', 'nothing=2026-12-01'])(
    'refuses %s',
    async (ack) => {
      expect((await checkLag(`--ack ${ack}`)).code).toBe(3)
    },
  )
})
