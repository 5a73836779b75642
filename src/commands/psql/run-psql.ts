import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { exec, type ExecRequest } from '../../kube/exec.ts'
import type { Session } from '../../kube/session.ts'
import { note } from '../note.ts'
import { keyboard, scriptInput } from './input.ts'
import { TerminalModes } from './terminal-modes.ts'

export interface PsqlRequest {
  namespace: string
  pod: string
  container: string
  /** Arguments of psql. */
  args: readonly string[]
  passStdin: boolean
  /** Whether psql gets a terminal where there is one. */
  wantsTerminal: boolean
}

/** The superuser by peer authentication; whoever names another role gets that one (spec/commands-core.md 7.3). */
const AS_SUPERUSER = ['-U', 'postgres'] as const

/**
 * Runs psql in a pod with the streams of this process and returns its exit code. On a terminal (stdin and stdout) it gets
 * one, too. Throws CliError as `exec`.
 */
export async function runPsql(context: Context, session: Session, request: PsqlRequest): Promise<number> {
  const { namespace, pod, container, args } = request
  const user = args.some((word) => /^(-U|--username(=|$))/.test(word)) ? [] : AS_SUPERUSER
  const target = { namespace, pod, container, command: ['psql', ...user, ...args], signal: context.signal }
  const { stdin, stdout } = context.host
  const terminal = request.wantsTerminal && request.passStdin && stdin.isTTY && stdout.isTTY
  const work = terminal ? onTerminal(context, session, target) : throughPipes(context, session, target, request)
  const code = await work
  if (code === KILLED) await note(context, `psql was killed: the container of ${pod} has ended, or ran out of memory`)
  return code
}

/** 128 and the number of SIGKILL: the runtime kills what runs in a container that ends. */
const KILLED = 137

type Target = Pick<ExecRequest, 'namespace' | 'pod' | 'container' | 'command' | 'signal'>

async function onTerminal({ host }: Context, session: Session, target: Target): Promise<number> {
  const { stdin, stdout, stderr, clock } = host
  const keys = keyboard(stdin.read(), clock)
  const modes = new TerminalModes()
  const giveBack = (): Promise<void> => {
    stdin.setRawMode(false)
    return stdout.write(modes.restore()).catch(() => undefined)
  }
  const withdraw = host.atAbruptEnd(() => void giveBack())
  try {
    const { exitCode } = await exec(session, {
      ...target,
      tty: true,
      stdin: keys.stdin,
      resize: stdout,
      stderr,
      stdout: {
        get closed() {
          return stdout.closed
        },
        write(chunk) {
          keys.heard()
          modes.see(chunk)
          return stdout.write(chunk)
        },
      },
      // Before that, Ctrl-C is meant for us.
      onOpen: () => stdin.setRawMode(true),
    })
    return exitCode
  } catch (error) {
    // What went wrong has to stand on a line of its own, and not in a pager's screen.
    await stdout.write(`${modes.restore()}\r\n`).catch(() => undefined)
    throw error
  } finally {
    withdraw()
    await giveBack()
  }
}

async function throughPipes(
  { host, signal }: Context,
  session: Session,
  target: Target,
  { args, passStdin }: PsqlRequest,
): Promise<number> {
  const { stdin, stdout, stderr } = host
  const input = passStdin ? scriptInput(stdin.read(), args) : undefined
  try {
    const { exitCode } = await exec(session, { ...target, stdout, stderr, ...input })
    return exitCode
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'interrupted' || !signal.aborted) throw error
    throw new CliError({
      kind: 'interrupted',
      message: error.message,
      exitCode: error.exitCode,
      hint: `A statement that psql had sent may still run in ${target.pod}: see pg_stat_activity.`,
    })
  }
}
