import type { OptionSpec, Right } from '../../cli/command.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { changeOptions } from '../change/options.ts'

/** Lifetime of a certificate as the official plugin has it, in milliseconds (spec/commands-core.md 9.3). */
const LIFETIME_MS = 90 * 24 * 3600 * 1000

/** Flags of what makes a certificate. */
export const certificateOptions: readonly OptionSpec[] = [
  {
    name: 'duration',
    type: 'duration',
    value: 'DURATION',
    default: LIFETIME_MS,
    summary: 'How long it is valid, for example 30d',
  },
  {
    name: 'out',
    type: 'string',
    value: 'DIR',
    completer: 'directory',
    summary: "Write certificate, key and the servers' CA as files for psql to this folder, too",
  },
  { name: 'overwrite', type: 'boolean', summary: 'Replace files that --out meets' },
  ...changeOptions,
]

/** What a certificate needs of secrets. */
export function certificateRights(verb: 'create' | 'patch'): Right[] {
  return [{ group: '', resource: 'secrets', verbs: ['get', verb] }]
}

export const certificateExitCodes: readonly { code: number; meaning: string }[] = [
  { code: Exit.ok, meaning: 'the secret holds the certificate, and the files are written; with --no-wait: requested' },
  { code: Exit.failed, meaning: 'refused, not confirmed, or it failed' },
  { code: Exit.timeout, meaning: 'requested, but not proved within --timeout' },
]
