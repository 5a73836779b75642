import { describe, expect, test } from 'vitest'
import { commandHelp, rootHelp } from '../../src/cli/help.ts'
import { verbs } from '../../src/cli/interpret.ts'
import { cli } from '../helpers/cli.ts'
import { entryOf, sampleCommand } from './sample-commands.ts'

describe('help of the program', () => {
  test.each(['', '--help', '-h', 'help', '-n x', '--', 'help --color never'])(
    '"%s" prints it, without an error',
    async (line) => {
      const { code, stdout, stderr } = await cli(line)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain('Usage:\n  kubectl cnpg COMMAND [flags]\n')
      expect(stdout).toMatch(/^Additional Commands\n {2}completion +\S.*\n {2}help +\S.*\n {2}version +\S/m)
      expect(stdout).toMatch(/^ {2}-n, --namespace NAMESPACE +\S/m)
      expect(stdout).toContain('--as-user-extra KEY=VALUE')
      expect(stdout).not.toContain('--zap-encoder')
    },
  )

  test('names the connection flags in little room, after all else', async () => {
    const { stdout } = await cli('--help')
    const [above = '', below = ''] = stdout.split('\nConnection flags of every command')
    expect(above).toMatch(/^ {2}version {2,}\S/m)
    expect(above).toContain('Run kubectl cnpg COMMAND --help')
    expect(below.trimEnd().split('\n').length).toBeLessThan(10)
    expect(below).toContain('\n  -n, --namespace NAMESPACE  --context NAME  --kubeconfig FILE')
  })

  test('lists groups in their order, commands by name, nothing hidden', () => {
    const row = (name: string, group: 'Troubleshooting' | 'Miscellaneous' | 'Database administration') =>
      ({ ...entryOf(sampleCommand({ name })), group }) as const
    const text = rootHelp(
      [
        row('psql', 'Miscellaneous'),
        row('status', 'Database administration'),
        row('backup', 'Database administration'),
        row('logs', 'Troubleshooting'),
        { ...row('secret', 'Troubleshooting'), hidden: true },
      ],
      80,
    )
    expect(text).not.toContain('secret')
    expect(
      text.match(/^(Troubleshooting|Database administration|Miscellaneous| {2}(psql|status|backup|logs) )/gm),
    ).toEqual([
      'Troubleshooting',
      '  logs ',
      'Database administration',
      '  backup ',
      '  status ',
      'Miscellaneous',
      '  psql ',
    ])
  })
})

describe('help of a command', () => {
  const command = sampleCommand({
    name: 'work',
    description: 'Works on a cluster until it is done, and says how far it came while it does so, line by line.',
    args: [{ name: 'CLUSTER', summary: 'The cluster to work on', required: true, completer: 'cluster' }],
    options: [
      { name: 'output', short: 'o', type: 'choice', choices: ['text', 'json'], default: 'text', summary: 'Form' },
      { name: 'dry-run', type: 'optional-string', value: 'WHERE', choices: ['client', 'server'], summary: 'Only show' },
      { name: 'user', type: 'string', value: 'USER', required: true, summary: 'For whom' },
      { name: 'force', type: 'boolean', summary: 'Even so' },
      { name: 'old', type: 'boolean', summary: 'Gone', hidden: true },
    ],
    examples: [
      { summary: 'One cluster', line: 'work c --user u' },
      { summary: 'Only look', line: 'work c --user u --dry-run' },
    ],
    defaultTimeoutMs: 90_000,
    exitCodes: [{ code: 0, meaning: 'done' }],
    run: async () => 0,
  })

  test('has all its parts', () => {
    expect(commandHelp(['work'], command, 100)).toBe(
      `Works on a cluster until it is done, and says how far it came while it does so, line by line.

Usage:
  kubectl cnpg work CLUSTER [flags]

Arguments
  CLUSTER  The cluster to work on

Flags
  -o, --output text|json  Form (default text)
      --dry-run[=WHERE]   Only show (one of client, server)
      --user USER         For whom (required)
      --force             Even so
  -t, --timeout DURATION  Limit of the whole command; 0 is none (default 1m30s)

Examples
  # One cluster
  kubectl cnpg work c --user u

  # Only look
  kubectl cnpg work c --user u --dry-run

Exit codes
  0  done

Connection, colour and logging flags are the same for every command: kubectl cnpg --help lists them.
`,
    )
  })

  test('puts flags that stand apart behind the others, under their heading', () => {
    const options = [
      { name: 'limit', type: 'string', value: 'N', summary: 'How far', section: 'Limits' },
      { name: 'force', type: 'boolean', summary: 'Even so' },
    ] as const
    const text = commandHelp(['work'], sampleCommand({ name: 'work', options, run: async () => 0 }), 80)
    expect(text).toContain('\n\nFlags\n      --force  Even so\n\nLimits\n      --limit N  How far\n')
  })

  test.each(['version', 'help', 'status', 'explain'])(
    '%s explains itself by flag and by topic, whatever else is missing',
    async (name) => {
      const byFlag = await cli([name, '--help', '--color', 'never'])
      const byTopic = await cli(['help', name])
      expect(byFlag).toMatchObject({ code: 0, stderr: '' })
      expect(byTopic.stdout).toBe(byFlag.stdout)
      expect(byFlag.stdout).toContain(`\n  kubectl cnpg ${name}`)
    },
  )

  test('of an unknown topic is a mistake', async () => {
    expect(await cli('help verson')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'Error: unknown help topic "verson"\nUsage: kubectl cnpg help [COMMAND...]\nDid you mean "version"?\n',
    })
  })
})

describe('width', () => {
  test.each([40, 60, 80, 200])('%d columns hold every line that can be broken', async (columns) => {
    const { stdout } = await cli('--help', { terminal: { columns } })
    const tooLong = stdout.split('\n').filter((line) => line.length > columns && line.trim().includes(' '))
    expect(tooLong).toEqual([])
  })

  test('a pipe counts as 80 columns, a tiny terminal as 40', async () => {
    const pipe = await cli('--help')
    expect(Math.max(...pipe.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    const [tiny, narrow] = await Promise.all([10, 40].map((columns) => cli('--help', { terminal: { columns } })))
    expect(tiny?.stdout).toBe(narrow?.stdout)
  })
})

test('every row of the table tells of its command what the command tells of itself', async () => {
  for (const row of verbs) {
    const command = await row.load()
    expect({ name: row.name, group: row.group, summary: row.summary }).toEqual({
      name: command.name,
      group: command.group,
      summary: command.summary,
    })
  }
})
