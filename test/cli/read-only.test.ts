import { describe, expect, it } from 'vitest'
import { refuseReadOnlyContext, refuseReadOnlyEnvironment } from '../../src/cli/read-only.ts'
import type { Command, Invocation } from '../../src/cli/command.ts'
import type { Session } from '../../src/kube/session.ts'
import { parseKubeconfig } from '../../src/kube/kubeconfig-parse.ts'

const reads = { name: 'status', changes: false } as Command
const changes = { name: 'promote', changes: true } as Command
const call = (options: Invocation['options'] = {}): Invocation => ({ args: {}, options, rest: [] })

describe('CNPG_READ_ONLY', () => {
  it.each(['1', 'true', 'yes', 'anything'])('%s refuses changes', (value) => {
    const refused = () => refuseReadOnlyEnvironment(changes, call(), { CNPG_READ_ONLY: value })
    expect(refused).toThrow('promote changes something, and CNPG_READ_ONLY is set')
  })

  it.each([undefined, '', '0', 'false', 'no'])('%s allows them', (value) => {
    expect(() => refuseReadOnlyEnvironment(changes, call(), { CNPG_READ_ONLY: value })).not.toThrow()
  })

  it('lets pass what only reads, dry runs on this side included', () => {
    const env = { CNPG_READ_ONLY: '1' }
    expect(() => refuseReadOnlyEnvironment(reads, call(), env)).not.toThrow()
    expect(() => refuseReadOnlyEnvironment(changes, call({ 'dry-run': true }), env)).not.toThrow()
    expect(() => refuseReadOnlyEnvironment(changes, call({ 'dry-run': 'client' }), env)).not.toThrow()
    expect(() => refuseReadOnlyEnvironment(changes, call({ 'dry-run': 'server' }), env)).toThrow()
  })
})

describe('the mark of a kubeconfig context', () => {
  const kubeconfig = (extension: string) =>
    parseKubeconfig(
      `contexts:\n- name: prod\n  context:\n    cluster: prod\n    user: me\n    extensions:\n    - name: other\n      extension: {readOnly: false}\n    - name: kubectl-cnpg\n      extension: ${extension}\n`,
      '/config',
      '/',
    ).contexts.get('prod')

  it('is read from its extension', () => {
    expect(kubeconfig('{readOnly: true}')?.readOnly).toBe(true)
    expect(kubeconfig('{readOnly: false}')?.readOnly).toBe(false)
    expect(kubeconfig('{}')?.readOnly).toBeUndefined()
    expect(() => kubeconfig('{readOnly: perhaps}')).toThrow('true or false')
  })

  it('refuses changes, and names the context', () => {
    const session = { readOnly: true, context: 'prod' } as Session
    expect(() => refuseReadOnlyContext(changes, call(), session)).toThrow('marks context "prod" as read-only')
    expect(() => refuseReadOnlyContext(reads, call(), session)).not.toThrow()
    expect(() => refuseReadOnlyContext(changes, call(), { ...session, readOnly: false })).not.toThrow()
  })
})
