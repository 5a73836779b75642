import type { Command, CommandEntry } from '../cli/command.ts'
import { CALL_BARE, CALL_DESCRIBED, SHELLS } from './completion/shells.ts'
import type { Shell } from './completion/shells.ts'
import { parentCommand } from './parent-command.ts'

const group = 'Additional Commands'
/** The name under which a shell calls us; kubectl asks by itself, through kubectl_complete-cnpg. */
const PROGRAM = 'kubectl-cnpg'

const completion = parentCommand({
  name: 'completion',
  group,
  summary: 'Print the script that completes lines in a shell',
  description:
    'Prints the script that lets a shell complete the lines of kubectl-cnpg. For lines of `kubectl cnpg` nothing of this is ' +
    "needed: kubectl's own completion (1.26 or newer) asks kubectl_complete-cnpg, which stands beside kubectl-cnpg.",
  subcommands: SHELLS.map((shell): CommandEntry => ({
    name: shell.name,
    group,
    summary: `Print the script for ${shell.title}`,
    load: () => Promise.resolve(scriptOf(shell)),
  })),
})

export default completion

function scriptOf({ name, title, load, script }: Shell): Command {
  return {
    name,
    group,
    summary: `Print the script for ${title}`,
    description: `Prints the script that lets ${title} complete the lines of kubectl-cnpg. Asks no server and reads no kubeconfig.`,
    args: [],
    options: [{ name: 'no-descriptions', type: 'boolean', summary: 'Offer the bare words only' }],
    examples: [
      { summary: `Load it in every ${title}`, line: load },
      { summary: 'Without descriptions', line: `completion ${name} --no-descriptions` },
    ],
    rights: [],
    changes: false,
    exitCodes: [
      { code: 0, meaning: 'the script was printed' },
      { code: 2, meaning: 'the command line makes no sense' },
    ],
    async run({ options }, { host }) {
      const write = await script()
      await host.stdout.write(write(PROGRAM, options['no-descriptions'] === true ? CALL_BARE : CALL_DESCRIBED))
      return 0
    },
  }
}
