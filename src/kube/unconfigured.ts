import { CliError } from '../errors/cli-error.ts'
import type { ChosenConnection } from './kubeconfig.ts'

/** Replaces a failed connection by what to do, when it was to kubectl's default address because nothing is configured. */
export function unconfigured(error: unknown, chosen: ChosenConnection): unknown {
  if (chosen.origin !== 'fallback' || !(error instanceof CliError) || error.kind !== 'unreachable') return error
  const looked = chosen.files.map(({ path, found }) => `${path} (${found ? 'empty' : 'not there'})`).join(', ')
  return new CliError({
    kind: 'config',
    message: `no Kubernetes cluster is configured, and nothing answers at ${chosen.cluster.server}`,
    hint: `Looked for a kubeconfig at ${looked}.\nSet KUBECONFIG, or give --kubeconfig FILE or --server URL.`,
  })
}
