import { cli, type CliOptions, type CliResult } from '../../helpers/cli.ts'
import type { RecordedState, RecordedStateOverrides } from '../../sandbox/recorded/state.ts'
import { play } from '../../snapshot/support/recorded.ts'

export interface Checked {
  server: RecordedState
  /** Runs `check CLUSTER` with more words. */
  check: (words?: string, options?: CliOptions & { user?: string }) => Promise<CliResult>
}

/** A recorded state behind a real API server, and `check` before it, until the end of the test. */
export async function playCheck(state: string, overrides: RecordedStateOverrides = {}): Promise<Checked> {
  const { server } = await play(state, overrides)
  return {
    server,
    check: (words = '', { user = 'admin', ...options } = {}) =>
      cli(`check ${server.meta.cluster} ${words}`, {
        kubeconfig: server.kubeconfigFor(user, { namespace: server.meta.namespace }),
        now: server.at.toISOString(),
        ...options,
      }),
  }
}

/** The first line without its performance data. */
export function headline(stdout: string): string {
  return (stdout.split('\n')[0] ?? '').split(' | ')[0] ?? ''
}
