import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { RecordedState, RecordedStateOverrides } from '../../sandbox/recorded/state.ts'
import { startRecordedState } from '../../sandbox/recorded/state.ts'
import type { CliOptions, CliResult } from '../../helpers/cli.ts'
import { cli } from '../../helpers/cli.ts'
import { ConnectionFailure } from '../../sandbox/types.ts'
import type { PodBackend } from '../../sandbox/types.ts'

export interface Played {
  server: RecordedState
  /** Runs `status CLUSTER` with more words, as `admin` or as somebody with other rights. */
  status: (words?: string, options?: CliOptions & { user?: string }) => Promise<CliResult>
}

/** A recorded state behind a real API server, until the end of the test. */
export async function play(state: string, overrides: RecordedStateOverrides = {}): Promise<Played> {
  const folder = fileURLToPath(new URL(`../../fixtures/states/${state}`, import.meta.url))
  const server = await startRecordedState(folder, overrides)
  onTestFinished(() => server.close())
  return {
    server,
    status: (words = '', { user = 'admin', ...options } = {}) =>
      cli(`status ${server.meta.cluster} ${words}`, {
        kubeconfig: server.kubeconfigFor(user, { namespace: server.meta.namespace }),
        now: server.at.toISOString(),
        ...options,
      }),
  }
}

/** A pod whose ports and programs never answer. */
export const silentPod: PodBackend = {
  http: ({ signal }) => gone(signal),
  exec: ({ signal }) => gone(signal),
  connect: (port) => Promise.reject(new ConnectionFailure(`dial tcp 127.0.0.1:${port}: connect: connection refused`)),
  logs: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) }),
}

function gone(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gone')), { once: true }))
}
