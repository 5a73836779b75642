import { CliError } from '../errors/cli-error.ts'
import type { Host } from '../host/types.ts'
import { loadKubeconfig } from './kubeconfig-files.ts'

/**
 * The contexts of the kubeconfig in alphabetical order; `explicit` is the flag `--kubeconfig`. Throws CliError `config` when it
 * cannot be read or has none.
 */
export async function contextNames(explicit: string | undefined, host: Host): Promise<string[]> {
  const { contexts, files } = await loadKubeconfig(explicit, host)
  if (contexts.size > 0) return [...contexts.keys()].sort()
  const looked = files.map(({ path, found }) => (found ? path : `${path} (not there)`)).join(', ')
  throw new CliError({
    kind: 'config',
    message: 'the kubeconfig has no contexts',
    hint: `Looked in ${looked}; check --kubeconfig and KUBECONFIG.`,
  })
}
