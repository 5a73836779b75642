import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toHost } from '../postgres/layout.ts'
import type { ExecRequest } from '../types.ts'
import type { ContainerContext } from './exec.ts'
import { runProcess } from './run-process.ts'

/** Runs psql against the pod's server: the machine's, or the sandbox's stand-in. */
export async function runPsql(context: ContainerContext, args: string[], request: ExecRequest): Promise<number> {
  const { layout, port } = context.server
  const translated = args.map((arg, index) => {
    if (arg === '5432' && ['-p', '--port'].includes(args[index - 1] ?? '')) return String(port)
    return toHost(layout, arg.replace(/^(-p|--port=)5432$/, `$1${port}`).replace(/\bport=5432\b/, `port=${port}`))
  })
  const real = context.psql === 'own' ? undefined : findProgram('psql')
  const standIn = ['--no-warnings', fileURLToPath(new URL('./psql.ts', import.meta.url))]
  const run = {
    file: real ?? process.execPath,
    args: real === undefined ? [...standIn, ...translated] : translated,
    env: environment(context),
    cwd: layout.controller,
    asCaller: real === undefined,
    stderrText: (text: string) => context.server.asInContainer(text),
  }
  return runProcess(context.supervisor, run, request)
}

/** The environment of the container, as far as programs need it (spec/wire-formats.md E.1). */
export function environment(context: ContainerContext): Record<string, string> {
  const { layout, port } = context.server
  const home = join(layout.controller, 'tmp')
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    TMPDIR: home,
    PSQL_HISTORY: join(home, '.psql_history'),
    PGDATA: layout.data,
    PGHOST: layout.run,
    PGPORT: String(port),
    PGUSER: 'postgres',
    POD_NAME: context.state.pod,
    CLUSTER_NAME: context.state.cluster,
    NAMESPACE: context.namespace,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
  }
}

/** The path of a program of the machine. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find(executable)
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
