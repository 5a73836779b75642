import type { PostgresServer } from '../postgres/server.ts'
import type { Supervisor } from '../supervisor.ts'
import { ConnectionFailure } from '../types.ts'
import type { ExecRequest } from '../types.ts'
import { commands } from './commands.ts'
import type { PodFaults } from './faults.ts'
import type { ManagerState } from './status.ts'

/** What a command in the container may touch. */
export interface ContainerContext {
  server: PostgresServer
  supervisor: Supervisor
  state: ManagerState
  faults: PodFaults
  /** Address of the pod. */
  address: string
  namespace: string
  /** `own`: the sandbox's stand-in for psql also where the machine has the real one. */
  psql: 'machine' | 'own'
}

/** Runs a command in container `postgres`; resolves to its exit code, 127 for a program the container does not have. */
export async function runInPod(context: ContainerContext, request: ExecRequest): Promise<number> {
  const { container } = request
  if (container === 'bootstrap-controller') throw new ConnectionFailure(`container not found ("${container}")`, 500)
  if (container !== undefined && container !== 'postgres') {
    throw new ConnectionFailure(`container ${container} is not valid for pod ${context.state.pod}`, 400)
  }
  const [program = '', ...args] = request.command
  const command = commands[program.replace(/^\/(usr\/)?s?bin\//, '')]
  if (command === undefined) {
    await request.stderr(Buffer.from(`exec: "${program}": executable file not found in $PATH\n`))
    return 127
  }
  return command(context, args, request)
}
