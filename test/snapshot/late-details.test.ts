import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { startRecordedState } from '../sandbox/recorded/state.ts'

it('details that do not come in time cost themselves, never the report', async () => {
  const server = await startRecordedState(join(import.meta.dirname, '../fixtures/states/pending-restart'))
  try {
    server.faults.add({ resource: 'pods/exec', hang: true })
    const kubeconfig = server.kubeconfigFor('admin', { namespace: server.meta.namespace })
    const { code, stdout, stderr } = await cli(`status ${server.meta.cluster}`, {
      kubeconfig,
      now: server.at.toISOString(),
    })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('pending restart')
  } finally {
    await server.close()
  }
}, 20_000)
