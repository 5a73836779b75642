import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { containerPaths, toContainer, toHost } from '../postgres/layout.ts'
import { ConnectionFailure } from '../types.ts'
import type { ExecRequest } from '../types.ts'
import { controlData } from './control-data.ts'
import type { ContainerContext } from './exec.ts'
import { never } from './faults.ts'
import { runDiskCommand } from './disk.ts'
import { environment, runPsql } from './psql-command.ts'
import { runProcess } from './run-process.ts'
import { instanceStatus } from './status.ts'

/** A program of the container: resolves to its exit code. */
export type Command = (context: ContainerContext, args: string[], request: ExecRequest) => Promise<number>

/** The programs a container has here, by name or by path (without /bin, /usr/bin). */
export const commands: Readonly<Record<string, Command>> = {
  '/controller/manager': manager,
  manager,
  psql: runPsql,
  du: runDiskCommand('du'),
  df: runDiskCommand('df'),
  cat,
  echo: async (_context, args, request) => say(request, `${args.join(' ')}\n`),
  true: async () => 0,
  false: async () => 1,
  sleep: async (_context, [seconds = '0'], request) => {
    await pause(Number(seconds) * 1000, undefined, { signal: request.signal }).catch(() => undefined)
    return 0
  },
  pg_controldata: async (context, _args, request) => {
    try {
      return await say(request, await controlData(context.server.layout.data))
    } catch (error) {
      return complain(request, `pg_controldata: error: ${(error as Error).message}\n`)
    }
  },
  pg_ctl: pgCtl,
  sh: shell,
  bash: shell,
}

/** `/controller/manager instance status`: the body of /pg/status, fetched in the container itself. */
async function manager(context: ContainerContext, args: string[], request: ExecRequest): Promise<number> {
  if (context.faults.frozenManager === true) return never(request.signal).catch(() => 137)
  if (args.join(' ') !== 'instance status') {
    return complain(request, `Error: unknown command "${args.join(' ')}" for "manager"\n`)
  }
  try {
    return await say(request, `${await instanceStatus(context.server, context.state)}\n`)
  } catch (error) {
    const entry = {
      level: 'info',
      ts: new Date().toISOString(),
      msg: 'Error while extracting status',
      logging_pod: context.state.pod,
      statusCode: 500,
      body: `${(error as Error).message}\n`,
    }
    return complain(request, `${JSON.stringify(entry)}\nError: invalid status code: 500\n`)
  }
}

/** Files of the container, or the input as it comes, byte for byte. */
async function cat(context: ContainerContext, args: string[], request: ExecRequest): Promise<number> {
  const files = args.filter((arg) => !arg.startsWith('-') || arg === '-')
  if (files.length === 0 || files.includes('-')) {
    for await (const chunk of request.stdin ?? []) await request.stdout(chunk)
    return 0
  }
  let code = 0
  for (const file of files) {
    const text = await fileText(context, file).catch(() => undefined)
    if (text === undefined) code = await complain(request, `cat: ${file}: No such file or directory\n`)
    else await request.stdout(Buffer.from(text))
  }
  return code
}

/** A file of the data directory or of /controller, with the paths it would hold in a real container. */
async function fileText(context: ContainerContext, file: string): Promise<string> {
  const { layout, configuration } = context.server
  if (file === `${containerPaths.data}/custom.conf`) return configuration.shown
  const path = toHost(layout, file)
  if (path === file) throw new Error('outside the container')
  return toContainer(layout, await readFile(path, 'utf8'))
}

/** `pg_ctl status` only: 0 running, 3 stopped (spec/wire-formats.md A.10). */
async function pgCtl(context: ContainerContext, args: string[], request: ExecRequest): Promise<number> {
  if (!args.includes('status')) return complain(request, 'pg_ctl: only "status" is known here\n')
  const { server } = context
  if (!server.running) {
    await say(request, 'pg_ctl: no server running\n')
    return 3
  }
  return say(request, `pg_ctl: server is running (PID: ${server.pid})\n`)
}

/** A real shell, as the servers' user, with paths of the container translated where they stand in the script. */
async function shell(context: ContainerContext, args: string[], request: ExecRequest): Promise<number> {
  const { layout } = context.server
  const run = {
    file: '/bin/sh',
    args: args.map((arg) => toHost(layout, arg)),
    env: environment(context),
    cwd: layout.controller,
    stderrText: (text: string) => toContainer(layout, text),
  }
  return runProcess(context.supervisor, run, request)
}

async function say(request: ExecRequest, text: string): Promise<number> {
  await request.stdout(Buffer.from(request.tty ? text.replaceAll('\n', '\r\n') : text))
  return 0
}

async function complain(request: ExecRequest, text: string): Promise<number> {
  if (request.signal.aborted) throw new ConnectionFailure('the client has left')
  await request.stderr(Buffer.from(text))
  return 1
}
