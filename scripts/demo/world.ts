import { existsSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Sandbox } from '../../test/sandbox/sandbox.ts'
import { startSandbox } from '../../test/sandbox/sandbox.ts'

export const root = join(import.meta.dirname, '..', '..')
export const clusterName = 'mycluster'
export const namespace = 'default'

/** A running sandbox with one cluster of three PostgreSQL servers, and what a shell needs to reach it. */
export interface World {
  sandbox: Sandbox
  kubeconfig: string
  /** Environment with KUBECONFIG set and this checkout's `bin` first on PATH. */
  environment: NodeJS.ProcessEnv
  close(): Promise<void>
}

/** Starts the world of the demo and of `npm run sandbox`. Everything it writes is in a folder that goes with it. */
export async function startWorld(): Promise<World> {
  const sandbox = await startSandbox({ clusters: [{ name: clusterName, namespace }] })
  try {
    // In the folder of the servers, since that one is removed even when this process is killed.
    const folder = sandbox.clusters[0]!.folder
    const kubeconfig = join(folder, 'kubeconfig')
    await writeFile(kubeconfig, sandbox.kubeconfigFor('admin', { namespace }), { mode: 0o600 })
    await chmod(kubeconfig, 0o600)
    const path = [join(root, 'bin'), process.env['PATH'] ?? ''].join(delimiter)
    return {
      sandbox,
      kubeconfig,
      environment: { ...process.env, KUBECONFIG: kubeconfig, PATH: path },
      close: () => sandbox.close(),
    }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}

/** The real kubectl on PATH, if there is one. */
export function findKubectl(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, process.platform === 'win32' ? 'kubectl.exe' : 'kubectl'))
    .find((file) => existsSync(file))
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
