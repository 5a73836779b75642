import type { Command, Context } from '../cli/command.ts'
import { unknownId } from '../model/rules/assess.ts'
import { findRule } from '../model/rules/table.ts'
import { bySeverity, explained, explanation, explanations } from '../render/views/explanation.ts'
import { outputOption } from './output-options.ts'

const command: Command = {
  name: 'explain',
  group: 'Troubleshooting',
  summary: 'Explain a finding of status or check',
  description:
    'Prints how a finding comes about, what follows from it, its threshold and the commands that help. ' +
    'Without ID it lists all findings. No server is asked.',
  args: [{ name: 'ID', summary: 'Finding, e.g. wal-archiving', required: false, completer: 'finding' }],
  options: [outputOption(['text', 'json', 'yaml'])],
  examples: [
    { summary: 'What to do about failing WAL archiving', line: 'explain wal-archiving' },
    { summary: 'All findings there are', line: 'explain' },
  ],
  rights: [],
  changes: false,
  exitCodes: [
    { code: 0, meaning: 'the explanation was printed' },
    { code: 2, meaning: 'there is no such finding' },
  ],
  async run({ args, options }, context) {
    const id = args['ID'] as string | undefined
    const rule = id === undefined ? undefined : findRule(id)
    if (id !== undefined && !rule) throw unknownId(id)
    const facts = () => (rule ? explained(rule) : bySeverity().map(explained))
    await context.host.stdout.write(await output(options['output'] as string, facts, context, rule))
    return 0
  },
}

async function output(
  format: string,
  facts: () => unknown,
  context: Context,
  rule: ReturnType<typeof findRule>,
): Promise<string> {
  if (format === 'json') return (await import('../render/json.ts')).renderJson(facts())
  if (format === 'yaml') return (await import('../render/yaml.ts')).renderYaml(facts())
  const { renderText } = await import('../render/text.ts')
  const painter = await context.painter('stdout')
  return renderText(rule ? explanation(rule) : explanations(), { painter, width: context.host.stdout.columns })
}

export default command
