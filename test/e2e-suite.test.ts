import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SuiteResult } from './e2e/run-suite.ts'
import { root, runProcess } from './helpers/process.ts'
import { startSandbox } from './sandbox/sandbox.ts'

const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0
if (!kubectl) console.warn('kubectl is not on PATH: the end-to-end suite is not tried')

/** A `spec.backup` as a user writes it; the sandbox's operator makes base backups of any. */
const BACKUP = { barmanObjectStore: { destinationPath: 's3://backups/', s3Credentials: { inheritFromIAMRole: true } } }

/** Some thirty steps on real servers take a minute on two free cores. */
const LIMIT_MS = 400_000

describe.skipIf(!kubectl)('the end-to-end suite', () => {
  it(
    'passes on the sandbox, whose clusters it makes and takes away, and tries every command',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'e2e-test-'))
      const sandbox = await startSandbox({ clusters: [], provision: { pace: 30 } })
      try {
        const [kubeconfig, backup] = [join(folder, 'config'), join(folder, 'backup.json')]
        await writeFile(kubeconfig, sandbox.kubeconfigFor('admin', { namespace: 'default' }), { mode: 0o600 })
        await writeFile(backup, JSON.stringify(BACKUP))
        const words = [
          '--no-warnings',
          join(root, 'test/e2e/run.ts'),
          '--output',
          'json',
          '--backup',
          backup,
          '--step-limit',
          '120',
        ]
        const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder }
        const { code, stdout, stderr } = await runProcess(process.execPath, words, { env, timeoutMs: LIMIT_MS })
        const result = JSON.parse(stdout) as SuiteResult
        expect(result.steps.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
        expect({ code, failed: result.failed, skipped: result.skipped }).toEqual({ code: 0, failed: 0, skipped: 0 })
        expect(stderr).toContain('tear-down: nothing is left behind')
        const names = (kind: string) =>
          sandbox.store.list(sandbox.store.resource(kind, kind === 'Cluster' ? 'postgresql.cnpg.io' : ''))
        expect(names('Pod').filter(({ metadata }) => metadata.namespace === result.namespace)).toEqual([])
      } finally {
        await sandbox.close()
        await rm(folder, { recursive: true, force: true })
      }
    },
    LIMIT_MS,
  )
})
