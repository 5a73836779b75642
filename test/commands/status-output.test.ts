import { describe, expect, it, test } from 'vitest'
import { play, silentPod } from '../snapshot/support/recorded.ts'
import { cli } from '../helpers/cli.ts'

interface Told {
  error: { kind: string; message: string; hint?: string; exitCode: number }
}

/** A row of the table of instances, by the words of its columns. */
function instanceRows(screen: string): string[] {
  return screen
    .slice(screen.indexOf('Instances status'))
    .split('\n')
    .filter((line) => /^mycluster-\d+ /.test(line))
}

function squeezed(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/ +/g, ' '))
}

describe('status -o name', () => {
  it('names the cluster as kubectl does', async () => {
    const { status } = await play('healthy')
    expect(await status('-o name')).toMatchObject({
      code: 0,
      stdout: 'cluster.postgresql.cnpg.io/mycluster\n',
      stderr: '',
    })
  })
})

describe('status -o jsonpath', () => {
  it('fills a template, and adds nothing to it', async () => {
    const { status } = await play('healthy')
    const { code, stdout } = await status('-o jsonpath={range[*]}{end}{.summary.primary}:{.instances[*].name}')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'mycluster-1:mycluster-1 mycluster-2 mycluster-3' })
  })

  it('takes the keys of the official plugin, with dots in them', async () => {
    const { server } = await play('healthy')
    const template =
      '{.instanceStatus.items[?(@.isPrimary==true)].pod.metadata.labels.cnpg\\.io/instanceRole}{"\\n"}{.TotalClusterSize}'
    const result = await cli(['status', 'mycluster', '-o', `jsonpath=${template}`], {
      kubeconfig: server.kubeconfigFor('admin', { namespace: server.meta.namespace }),
      now: server.at.toISOString(),
    })
    expect(result).toMatchObject({ code: 0, stdout: 'primary\n1246 MB' })
  })

  it('refuses a broken template before anything is asked', async () => {
    const { server, status } = await play('healthy-single')
    const { code, stderr } = await status('-o jsonpath={.summary')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Error: the template \{\.summary cannot be read: .*\nFor example: -o jsonpath=/)
    expect(server.requests).toEqual([])
  })
})

describe('a form that there is not', () => {
  test.each([
    ['jsn', 'Did you mean "json"?'],
    ['JSON', 'Did you mean "json"?'],
    ['jsonpth={.x}', 'Did you mean "jsonpath=TEMPLATE"?'],
    ['go-template={{.kind}}', 'Go templates are not understood. Give -o jsonpath=TEMPLATE instead'],
    ['custom-columns=A:.x', 'Columns cannot be chosen. Give -o jsonpath=TEMPLATE instead'],
    ['jsonpath', 'The template is missing'],
  ])('%s', async (form, hint) => {
    const { code, stdout, stderr } = await cli(['status', 'mycluster', '-o', form])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`invalid value "${form}" for -o, --output: it takes one of text, wide, json, yaml, name, `)
    expect(stderr).toContain(hint)
  })
})

describe('tables of status', () => {
  it('have all columns with -o wide', async () => {
    const { status } = await play('healthy')
    const { stdout } = await status('-o wide')
    for (const title of ['Node', 'Zone', 'Pod IP', 'Node IP', 'Restarts', 'Uptime', 'Image'])
      expect(stdout).toContain(title)
    expect(instanceRows(stdout)[0]).toMatch(/^mycluster-1 .* node1 .* ghcr\.io\S+postgresql:\S+$/)
  })

  it('lose their titles with --no-headers, and nothing else', async () => {
    const { status } = await play('healthy')
    const [plain, bare] = [(await status()).stdout, (await status('--no-headers')).stdout]
    expect(plain).toContain('Replication role')
    expect(bare).not.toMatch(/Replication role|^-{4,}/m)
    expect(squeezed(instanceRows(bare))).toEqual(squeezed(instanceRows(plain)))
    expect(bare).toContain('Cluster Summary')
  })

  it('are sorted with --sort-by', async () => {
    const { status } = await play('fenced-one')
    const { code, stdout } = await status('--sort-by replication-role')
    expect(code).toBe(0)
    expect(instanceRows(stdout).map((line) => line.split(/ {2,}/)[3])).toEqual(['Fenced', 'Primary', 'Standby (async)'])
  })

  it('know no other column', async () => {
    const { status } = await play('healthy-single')
    const { code, stderr } = await status('--sort-by stats')
    expect(code).toBe(2)
    expect(stderr).toContain('no table has a column "stats" to sort by\n')
    expect(stderr).toContain('Did you mean "status"?')
  })
})

describe('status --exit-code', () => {
  test.each([
    ['healthy-single', 'fine', 0],
    ['maintenance', 'a note', 0],
    ['lagging-replica', 'a warning', 1],
    ['fenced-all', 'something critical', 2],
  ])('is the worst finding: %s, %s: %i', async (state, _worst, expected) => {
    const { status } = await play(state)
    expect((await status('--exit-code')).code).toBe(expected)
    expect((await status('--exit-code -o json')).code).toBe(expected)
    expect((await status()).code).toBe(0)
  })

  it('is 3 when the Cluster cannot be read', async () => {
    const { server, status } = await play('healthy-single')
    server.faults.add({ resource: 'clusters', answer: { code: 500 } })
    expect((await status()).code).toBe(1)
    expect((await status('--exit-code')).code).toBe(3)
    expect((await status('--exit-code=false')).code).toBe(1)
  })

  it('is 3 when it does not come in time', async () => {
    const { server, status } = await play('healthy-single')
    server.faults.add({ resource: 'clusters', hang: true })
    expect((await status('--timeout 300ms --exit-code')).code).toBe(3)
  })

  it('is the worst finding, not 3, when an instance does not answer', async () => {
    const { status } = await play('healthy', { pods: { 'mycluster-3': silentPod } })
    expect([1, 2]).toContain((await status('--exit-code --instance-timeout 1500ms')).code)
  })

  test.each([
    'status mycluster --exit-code --bogus',
    'status --exit-code mycluster --timeout soon',
    'status mycluster --exit-code=true -o jsn',
    'status mycluster --bogus --exit-code',
    'status mycluster --exit-code --kubeconfig /nonexistent/config',
  ])('is 3 for a mistake: %s', async (line) => {
    const { code, stdout, stderr } = await cli(line)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^Error: /)
  })

  test.each([
    ['status mycluster --bogus', 2],
    ['status mycluster --exit-code=false --bogus', 2],
    ['version --exit-code', 2],
    ['status mycluster --bogus -- --exit-code', 2],
  ])('is as ever without it: %s', async (line, expected) => {
    expect((await cli(line)).code).toBe(expected)
  })
})

describe('errors with -o json', () => {
  test.each([
    ['status mycluster -o json --bogus', 2],
    ['status mycluster --output=json --timeout soon', 2],
    ['status mycluster -ojson --exit-code --bogus', 3],
    ['status mycluster -o json --kubeconfig /nonexistent/config', 1],
  ])('are one JSON object on stderr: %s', async (line, exitCode) => {
    const { code, stdout, stderr } = await cli(line)
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    const { error } = JSON.parse(stderr) as Told
    expect(error).toMatchObject({ exitCode })
    expect(error.message).not.toBe('')
    expect(stderr.trimEnd()).not.toContain('\n')
  })

  it('carry what the server said', async () => {
    const { server, status } = await play('healthy-single')
    server.faults.add({ resource: 'clusters', answer: { code: 403, reason: 'Forbidden' } })
    const { code, stderr } = await status('-o json')
    expect(code).toBe(1)
    const { error } = JSON.parse(stderr) as Told
    expect(error).toMatchObject({ kind: 'forbidden', code: 403, reason: 'Forbidden', exitCode: 1 })
    expect(error.hint).toMatch(/clusters/)
  })
})
