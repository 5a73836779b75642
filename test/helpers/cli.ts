import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../src/main.ts'
import { type FakeHost, fakeHost, type FakeHostOptions } from './fake-host.ts'

export interface CliOptions extends FakeHostOptions {
  /** Text of a kubeconfig, or an object to write as one; without it there is none, not even the developer's own. */
  kubeconfig?: string | object
  /** Called with the host before the command starts, to signal or resize it later. */
  onHost?: (host: FakeHost) => void
}

export interface CliResult {
  code: number
  stdout: string
  stderr: string
  host: FakeHost
}

/**
 * Runs the whole program inside this process: `cli('status main -o json')`, or a list of words where one holds blanks.
 */
export async function cli(line: string | readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const argv = typeof line === 'string' ? line.split(/\s+/).filter((word) => word !== '') : line
  const folder = options.kubeconfig === undefined ? undefined : await mkdtemp(join(tmpdir(), 'cli-test-'))
  try {
    const host = fakeHost({ ...options, env: { ...(await kubeconfigVariable(folder, options)), ...options.env } })
    options.onHost?.(host)
    const code = await run(argv, host)
    return { code, stdout: host.output(), stderr: host.errors(), host }
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}

async function kubeconfigVariable(folder: string | undefined, options: CliOptions): Promise<Record<string, string>> {
  if (folder === undefined || options.kubeconfig === undefined) return { KUBECONFIG: '/nonexistent/kubeconfig' }
  const file = join(folder, 'config')
  const { kubeconfig } = options
  await writeFile(file, typeof kubeconfig === 'string' ? kubeconfig : JSON.stringify(kubeconfig), { mode: 0o600 })
  return { KUBECONFIG: file }
}
