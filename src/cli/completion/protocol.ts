import { visible } from '../../api/visible-text.ts'
import { CALL_DESCRIBED } from '../../commands/completion/shells.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Host } from '../../host/types.ts'
import type { CommandEntry } from '../command.ts'
import { complete } from './complete.ts'
import { Directive, type Offer } from './offer.ts'

const NAMES: readonly (readonly [bit: number, name: string])[] = [
  [Directive.error, 'ShellCompDirectiveError'],
  [Directive.noSpace, 'ShellCompDirectiveNoSpace'],
  [Directive.noFiles, 'ShellCompDirectiveNoFileComp'],
  [Directive.directories, 'ShellCompDirectiveFilterDirs'],
  [Directive.keepOrder, 'ShellCompDirectiveKeepOrder'],
]

/**
 * Answers `__complete WORD... LAST`: a candidate a line, with its description behind a tab, then the directive. Returns 0;
 * throws CliError of kind failed when there is no word at all.
 */
export async function answerCompletion(
  [call, ...argv]: readonly string[],
  entries: readonly CommandEntry[],
  host: Host,
): Promise<number> {
  if (argv.length === 0) {
    throw new CliError({ kind: 'failed', message: `${call} needs the words of the line, the last one may be empty` })
  }
  const offer = await complete(argv, entries, host)
  await host.stdout.write(protocolText(offer, call === CALL_DESCRIBED && describes(host.env)))
  await host.stderr.write(`Completion ended with directive: ${directiveNames(offer.directive)}\n`)
  return 0
}

/** What means something to a shell: nobody is to run by Tab and Enter what the cluster calls something. */
const SPECIAL = /[\s`$;&|<>()'"\\!*?[\]{}~#]/

/** The lines of an answer. What would break a line, or the shell's reading of it, is left out. */
function protocolText({ candidates, directive }: Offer, descriptions: boolean): string {
  const lines = candidates
    .filter(({ text }) => text !== '' && !SPECIAL.test(text) && visible(text) === text)
    .map(({ text, about }) => (descriptions && about ? `${text}\t${visible(firstLine(about))}` : text))
  return [...lines, `:${directive}`, ''].join('\n')
}

function directiveNames(directive: number): string {
  const names = NAMES.filter(([bit]) => (directive & bit) !== 0).map(([, name]) => name)
  return names.length === 0 ? 'ShellCompDirectiveDefault' : names.join(', ')
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').trim()
}

function describes(env: Host['env']): boolean {
  const wish = env['KUBECTL_CNPG_COMPLETION_DESCRIPTIONS'] ?? env['COBRA_COMPLETION_DESCRIPTIONS'] ?? ''
  return !/^(0|f|false)$/i.test(wish)
}
