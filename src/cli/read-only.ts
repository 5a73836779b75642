import { CliError } from '../errors/cli-error.ts'
import type { Session } from '../kube/session.ts'
import type { Command, Invocation } from './command.ts'

const VARIABLE = 'CNPG_READ_ONLY'
const HINT = 'Nothing was sent. --dry-run shows what would be done.'

/**
 * Refuses a command that changes something when the environment forbids it (design 4): CNPG_READ_ONLY set to anything but
 * nothing, 0 or false. Throws CliError `refused`. A dry run on this side only reads and may pass.
 */
export function refuseReadOnlyEnvironment(
  command: Command,
  invocation: Invocation,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const value = env[VARIABLE] ?? ''
  if (/^(|0|f|false|no|off)$/i.test(value.trim()) || !changesSomething(command, invocation)) return
  throw new CliError({
    kind: 'refused',
    message: `${command.name} changes something, and ${VARIABLE} is set: nothing may be changed from here`,
    hint: `${HINT} Unset ${VARIABLE} to allow changes.`,
  })
}

/** The same where the kubeconfig's context forbids it, by its extension `kubectl-cnpg: {readOnly: true}`. */
export function refuseReadOnlyContext(command: Command, invocation: Invocation, session: Session): void {
  if (session.readOnly !== true || !changesSomething(command, invocation)) return
  throw new CliError({
    kind: 'refused',
    message: `${command.name} changes something, and the kubeconfig marks context "${session.context ?? ''}" as read-only`,
    hint: `${HINT} The mark is the context's extension kubectl-cnpg.`,
  })
}

function changesSomething(command: Command, { options }: Invocation): boolean {
  const dryRun = options['dry-run']
  if (command.changesWith !== undefined && options[command.changesWith] !== true && dryRun !== 'server') return false
  return command.changes && dryRun !== true && dryRun !== 'client'
}
