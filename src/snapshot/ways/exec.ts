import { MANAGER_PATH, POSTGRES_CONTAINER } from '../../api/constants.ts'
import type { InstanceStatus } from '../../api/instance-status.ts'
import type { ExecText } from '../../kube/exec.ts'
import { execText } from '../../kube/exec.ts'
import { plainText } from '../../kube/plain-text.ts'
import { WayError } from '../failures.ts'
import type { PodTarget } from './target.ts'
import { parseStatus } from './target.ts'

/**
 * Asks the instance manager's own client in the container: the same JSON, by way of the kubelet (spec/wire-formats.md A.3).
 * Throws WayError or CliError.
 */
export async function askByExec(target: PodTarget, signal: AbortSignal): Promise<InstanceStatus> {
  const output = await runInPod(target, [MANAGER_PATH, 'instance', 'status'], { signal })
  if (output.exitCode === 0) return parseStatus(output.stdout)
  const words = managerError(output.stderr)
  if (/x509:|tls:|certificate/.test(words)) {
    throw new WayError('tls', `the instance manager does not trust its own certificate (${plainText(words, 300)})`)
  }
  throw new WayError('failed', `the instance manager answered: ${plainText(words, 300)}`)
}

/** Runs a command in the container `postgres` of an instance. Throws CliError as `execText`. */
export function runInPod(
  target: PodTarget,
  command: readonly string[],
  options: { signal: AbortSignal; stdin?: string; endOfInput?: Uint8Array },
): Promise<ExecText> {
  return execText(target.session, {
    namespace: target.pod.metadata.namespace ?? '',
    pod: target.pod.metadata.name,
    container: POSTGRES_CONTAINER,
    command,
    ...options,
  })
}

/** The cause in the manager's stderr: log lines in JSON, of which one may hold the answer's body or an error, then a sentence. */
function managerError(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  for (const line of lines) {
    const { body, error } = parseLogLine(line)
    if (body !== undefined && body.trim() !== '') return body
    if (error !== undefined && error.trim() !== '') return error
  }
  return lines.find((line) => line.startsWith('Error: ')) ?? stderr
}

function parseLogLine(line: string): { body?: string; error?: string } {
  try {
    const value: unknown = line.startsWith('{') ? JSON.parse(line) : {}
    if (typeof value !== 'object' || value === null) return {}
    const { body, error } = value as Record<string, unknown>
    return {
      ...(typeof body === 'string' ? { body } : {}),
      ...(typeof error === 'string' ? { error } : {}),
    }
  } catch {
    return {}
  }
}
