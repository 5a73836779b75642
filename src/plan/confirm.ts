import { CliError } from '../errors/cli-error.ts'
import type { Host } from '../host/types.ts'
import type { Consent } from './plan.ts'

export interface Asking {
  /** `--yes` */
  yes: boolean
  /** `--confirm` */
  confirm: boolean
}

/**
 * Whether the user has to be asked (design 6): on a terminal always but with `--yes`; without one the change proceeds, except
 * where consent is needed in any case. Throws CliError (usage, refused) when asking is needed and cannot be done.
 */
export function mustAsk(consent: Consent, { yes, confirm }: Asking, terminal: boolean): boolean {
  if (yes && confirm) throw new CliError({ kind: 'usage', message: '--yes and --confirm contradict each other' })
  if (yes) return false
  if (terminal) return true
  if (confirm) {
    throw new CliError({
      kind: 'refused',
      message: '--confirm needs a terminal to ask on',
      hint: 'Nothing was changed. --yes answers in advance.',
    })
  }
  if (consent.always !== null) {
    throw new CliError({
      kind: 'refused',
      message: `this ${consent.always}, which needs a confirmation, and there is no terminal to ask on`,
      hint: 'Nothing was changed. --yes confirms it.',
    })
  }
  return false
}

/** Asks and waits for the answer. Throws CliError `refused` unless it is yes, or the word that was to be typed. */
export async function ask(consent: Consent, host: Host): Promise<void> {
  const { question, typed } = consent
  const prompt = typed === null ? `${question} [y/N] ` : `${question} Type ${typed} to go on: `
  const answer = (await host.ask(prompt)).trim()
  const agreed = typed === null ? /^y(es)?$/i.test(answer) : answer === typed
  if (agreed) return
  const message = typed === null || answer === '' ? 'not confirmed' : `not confirmed: the answer was not ${typed}`
  throw new CliError({ kind: 'refused', message, hint: 'Nothing was changed.' })
}

/** Can questions be asked? They go to stderr, the answers come from stdin. */
export function hasTerminal({ stdin, stderr }: Host): boolean {
  return stdin.isTTY && stderr.isTTY
}
