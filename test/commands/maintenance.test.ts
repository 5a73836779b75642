import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../helpers/cli.ts'
import type { CliOptions } from '../helpers/cli.ts'
import { startLive, steady } from './support/changes.ts'
import type { Live } from './support/changes.ts'

let live: Live
beforeAll(async () => {
  live = await startLive()
}, 60_000)
afterAll(() => live.sandbox.close())

const terminal = { terminal: { columns: 120 }, env: { NO_COLOR: '1' } }
const writes = () => live.sandbox.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('reviews'))
const window = () => live.stored().spec.nodeMaintenanceWindow
const budgets = () =>
  live.sandbox.store
    .list(live.sandbox.store.resource('PodDisruptionBudget'), 'default')
    .map(({ metadata }) => metadata.name)

describe('maintenance of one cluster', () => {
  it('opens the window, and the budget of the standbys is gone', async () => {
    const { code, stdout, stderr, host } = await live.run('maintenance set mycluster', { ...terminal, answers: ['y'] })
    expect(host.questions).toEqual(['Open the maintenance window of default/mycluster? [y/N] '])
    expect(steady(stderr)).toBe(
      [
        'Open the node maintenance window of default/mycluster',
        '  clusters       default/mycluster: maintenance false => true, reusePVC true (stays)',
        'Warning: with reusePVC true the budget of the standbys is removed, of a lone instance its own, too: a drain may stop them all at once; drained instances wait for their node',
        'Warning: close the window when the nodes are back: kubectl cnpg maintenance unset',
        'default/mycluster: inProgress true (PATCH clusters/mycluster)',
        'default/mycluster done  N s',
        '',
      ].join('\n'),
    )
    expect(steady(stdout)).toBe(
      'Maintenance window of default/mycluster opened in N s: the disruption budgets are in line\n',
    )
    expect(code).toBe(0)
    expect(window()).toEqual({ inProgress: true })
    expect(budgets()).toEqual(['mycluster-primary'])
  }, 20_000)

  it('that is open already is nothing to do, and reusePVC changes when it is given', async () => {
    const before = writes().length
    const again = await live.run('maintenance set mycluster')
    expect([again.code, again.stdout]).toEqual([0, 'the maintenance window of default/mycluster is open already\n'])
    expect(writes()).toHaveLength(before)
    // The flag may stand before the word, as with the official plugin, and never swallows it.
    expect((await live.run('maintenance --reusePVC=false set mycluster')).code).toBe(0)
    expect(window()).toEqual({ inProgress: true, reusePVC: false })
    expect(budgets()).toEqual(['mycluster', 'mycluster-primary'])
    expect((await live.run('maintenance --reusePVC set mycluster')).code).toBe(0)
    expect(window()).toEqual({ inProgress: true, reusePVC: true })
    expect((await live.run('maintenance set mycluster --reusePVC=perhaps')).code).toBe(2)
  }, 20_000)

  it('closes it, leaves reusePVC, and the budgets are back', async () => {
    const { code, stdout } = await live.run('maintenance unset mycluster -o json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'proved',
      requests: [{ body: { spec: { nodeMaintenanceWindow: { inProgress: null } } } }],
      undo: ['kubectl cnpg maintenance set mycluster -n default'],
    })
    expect(window()).toEqual({ reusePVC: true })
    expect(budgets()).toEqual(['mycluster', 'mycluster-primary'])
  }, 20_000)

  it('is not proved while the operator does nothing about the budgets', async () => {
    live.operator.pause()
    const { code, stderr } = await live.run('maintenance set mycluster --timeout 1s')
    expect(code).toBe(124)
    expect(stderr).toContain('that the window is open and the disruption budgets are as it wants them')
    live.operator.resume()
    expect((await live.run('maintenance set mycluster')).code).toBe(0)
    expect((await live.run('maintenance unset mycluster')).code).toBe(0)
  }, 20_000)
})

describe('maintenance of more than one', () => {
  const elsewhere = () => {
    const other = structuredClone(live.stored()) as ReturnType<Live['stored']> & { status?: unknown }
    delete other.metadata.resourceVersion
    delete other.metadata.uid
    return {
      ...other,
      metadata: { ...other.metadata, name: 'other', namespace: 'shop' },
      spec: { instances: 1, enablePDB: false },
    }
  }

  it('is never done unasked', async () => {
    const before = writes().length
    const piped = await live.run('maintenance set')
    expect(piped.code).toBe(1)
    expect(piped.stderr).toContain('this changes one cluster in namespace default, which needs a confirmation')
    const declined = await live.run('maintenance set', { ...terminal, answers: ['y'] })
    expect(declined.code).toBe(1)
    expect(declined.stderr).toContain('not confirmed: the answer was not default')
    expect((await live.run('maintenance set mycluster -A')).code).toBe(2)
    expect((await live.run('maintenance set a b')).code).toBe(2)
    expect((await live.run('maintenance set -n empty')).code).toBe(1)
    expect(writes()).toHaveLength(before)
    const typed = await live.run('maintenance set', { ...terminal, answers: ['default'] })
    expect(typed.code).toBe(0)
    expect(window()).toMatchObject({ inProgress: true })
    expect((await live.run('maintenance unset --yes')).code).toBe(0)
    expect(window()).toEqual({ reusePVC: true })
  }, 30_000)

  it('of all namespaces: all, or none where one of them may not be changed', async () => {
    live.sandbox.store.put(elsewhere() as never)
    live.sandbox.users.add('limited', {
      rights: [
        { verbs: ['get', 'list'], groups: ['*'], resources: ['*'] },
        { verbs: ['patch'], groups: ['*'], resources: ['*'], namespaces: ['default'] },
        { verbs: ['create'], groups: ['authorization.k8s.io'], resources: ['*'] },
      ],
    })
    const as = (user: string, line: string, options: CliOptions = {}) =>
      cli(line, { kubeconfig: live.sandbox.kubeconfigFor(user, { namespace: 'default' }), ...options })
    const before = writes().length
    const refused = await as('limited', 'maintenance set -A --yes')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('maintenance set refused: you may not patch clusters in namespace shop')
    expect(writes()).toHaveLength(before)
    const { code, stdout, stderr } = await as('admin', 'maintenance set --all-namespaces --yes')
    expect(stderr).toContain(
      'default/mycluster: inProgress true (PATCH clusters/mycluster)\nshop/other: inProgress true',
    )
    expect(steady(stdout)).toContain('Maintenance window of all namespaces opened in N s')
    expect(code).toBe(0)
    const half = live.sandbox.faults.add({ method: 'PATCH', namespace: 'shop', answer: { code: 422, message: 'no' } })
    const broken = await as('admin', 'maintenance unset -A --yes')
    half()
    expect(broken.code).toBe(1)
    expect(broken.stderr).toContain('Done before: default/mycluster: inProgress false.')
    expect(broken.stderr).toContain('To undo: kubectl cnpg maintenance set mycluster -n default\n')
    expect((await as('admin', 'maintenance unset -A --yes')).code).toBe(0)
  }, 30_000)
})
