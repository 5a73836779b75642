import { describe, expect, test } from 'vitest'
import type { Invocation } from '../../src/cli/command.ts'
import { interpret } from '../../src/cli/interpret.ts'
import { describe as describeError } from '../../src/errors/describe.ts'
import { fakeHost } from '../helpers/fake-host.ts'
import { sampleTable } from './sample-commands.ts'

interface Seen extends Invocation {
  name: string
}

/** What the command gets to see of a command line. */
async function read(words: readonly string[]): Promise<Seen> {
  let seen: Seen | undefined
  const table = sampleTable((invocation, _context, name) => {
    seen = { ...invocation, name }
    return 0
  })
  const task = await interpret(words, table)
  await task.run(fakeHost())
  if (seen === undefined) throw new Error('no command ran')
  return seen
}

/** What the user gets to see of a mistaken command line. */
async function complaint(words: readonly string[]): Promise<string> {
  try {
    await read(words)
  } catch (error) {
    return describeError(error)
  }
  throw new Error(`no complaint about ${words.join(' ')}`)
}

const split = (line: string) => line.split(' ')

describe('values of flags', () => {
  test.each([
    ['status c -n foo', 'namespace', 'foo'],
    ['status c -nfoo', 'namespace', 'foo'],
    ['status c -n=foo', 'namespace', 'foo'],
    ['status c --namespace foo', 'namespace', 'foo'],
    ['status c --namespace=foo', 'namespace', 'foo'],
    ['-n foo status c', 'namespace', 'foo'],
    ['status c -n one -n two', 'namespace', 'two'],
    ['status c -n --context', 'namespace', '--context'],
    ['status c -n=', 'namespace', ''],
    ['status c', 'verbose', 0],
    ['status c -v', 'verbose', 1],
    ['status c -v -v', 'verbose', 2],
    ['status c -vv', 'verbose', 2],
    ['status c --verbose=2', 'verbose', 2],
    ['status c -v=2', 'verbose', 2],
    ['status c --verbose=2 -v', 'verbose', 3],
    ['status -w c', 'watch', true],
    ['status c', 'watch', false],
    ['status c --watch=false', 'watch', false],
    ['status c -w=T', 'watch', true],
    ['status c -w --watch=0', 'watch', false],
    ['status c', 'tty', true],
    ['status c --tty=false', 'tty', false],
    ['status -wvn foo c', 'namespace', 'foo'],
    ['status -vwojson c', 'output', 'json'],
    ['status c', 'output', 'text'],
    ['status c --tail -1', 'tail', -1],
    ['status c', 'tail', 10],
    ['status c --timeout 1m', 'timeout', 60_000],
    ['status c -t 5', 'timeout', 5000],
    ['status c --timeout=1d', 'timeout', 86_400_000],
    ['status c --request-timeout 3s', 'request-timeout', 3000],
    ['status --dry-run c', 'dry-run', true],
    ['status --dry-run=server c', 'dry-run', 'server'],
    ['status c', 'dry-run', undefined],
    ['status c -l a=1,b=2 -l c', 'label', ['a=1,b=2', 'c']],
    ['status c', 'label', []],
    ['status c --as-group a,b --as-group c', 'as-group', ['a,b', 'c']],
    ['status c --no-descriptions', 'no-descriptions', true],
    ['status c', 'no-descriptions', false],
    ['status c --color=never', 'color', 'never'],
    ['fencing --color never on c 1', 'color', 'never'],
    ['status c --log-level debug', 'log-level', 'debug'],
    ['status c --zap-encoder json', 'zap-encoder', 'json'],
  ])('%s: %s is %j', async (line, flag, value) => {
    expect((await read(split(line))).options[flag]).toEqual(value)
  })
})

describe('which command, which arguments', () => {
  test.each([
    ['status -w mycluster', 'status', { CLUSTER: 'mycluster' }],
    ['status cluster/mycluster', 'status', { CLUSTER: 'mycluster' }],
    ['status clusters/mycluster', 'status', { CLUSTER: 'mycluster' }],
    ['status cluster.postgresql.cnpg.io/mycluster', 'status', { CLUSTER: 'mycluster' }],
    ['status clusters.v1.postgresql.cnpg.io/mycluster', 'status', { CLUSTER: 'mycluster' }],
    ['status -- mycluster', 'status', { CLUSTER: 'mycluster' }],
    ['status -- -odd', 'status', { CLUSTER: '-odd' }],
    ['status -', 'status', { CLUSTER: '-' }],
    ['fencing on c pod/c-1', 'fencing on', { CLUSTER: 'c', INSTANCE: 'c-1' }],
    ['-n x fencing -s https://h on c 1', 'fencing on', { CLUSTER: 'c', INSTANCE: '1' }],
    ['backup c', 'backup', { CLUSTER: 'c' }],
    ['backup -m plugin c', 'backup', { CLUSTER: 'c' }],
    ['backup c -m list', 'backup', { CLUSTER: 'c' }],
    ['backup -m list c', 'backup', { CLUSTER: 'c' }],
    ['backup -- list', 'backup', { CLUSTER: 'list' }],
    ['backup c list', undefined, undefined],
    ['backup list -A', 'backup list', {}],
    ['logs a cluster/b c', 'logs', { NAMES: ['a', 'b', 'c'] }],
    ['logs', 'logs', { NAMES: [] }],
  ])('%s', async (line, name, args) => {
    if (name === undefined) return expect(await complaint(split(line))).toContain('unexpected argument "list"')
    const seen = await read(split(line))
    expect(seen.name).toBe(name)
    expect(seen.args).toEqual(args)
  })

  test('words after -- are handed over untouched where a command takes them', async () => {
    const seen = await read(split('psql c -n x -- -c select --csv -- -n y'))
    expect(seen.rest).toEqual(['-c', 'select', '--csv', '--', '-n', 'y'])
    expect(seen.args).toEqual({ CLUSTER: 'c' })
    expect(seen.options['namespace']).toBe('x')
  })

  test('a flag that names a cluster takes the same forms', async () => {
    const seen = await read(split('certificate secret --cnpg-cluster cluster/c --cnpg-user app'))
    expect(seen.options['cnpg-cluster']).toBe('c')
  })
})

describe('mistakes are one sentence, the usage line, and what was meant', () => {
  test.each([
    ['statu c', 'Error: unknown command "statu"\nUsage: kubectl cnpg COMMAND [flags]\nDid you mean "status"?\n'],
    [
      'fencing of c',
      'Error: unknown command "fencing of"\nUsage: kubectl cnpg fencing COMMAND [flags]\nDid you mean "on"?\n',
    ],
    [
      'status c --wacth',
      'Error: unknown flag --wacth\nUsage: kubectl cnpg status CLUSTER [flags]\nDid you mean "--watch"?\n',
    ],
    [
      'status c -wZ',
      'Error: unknown flag -Z in -wZ\nUsage: kubectl cnpg status CLUSTER [flags]\n' +
        'Run kubectl cnpg status --help for its flags.\n',
    ],
    [
      '-o json status c',
      'Error: unknown flag -o\nUsage: kubectl cnpg COMMAND [flags]\n' +
        'Flags of a command stand behind its name. Run kubectl cnpg --help for the list of commands.\n',
    ],
    [
      'status',
      'Error: status needs CLUSTER\nUsage: kubectl cnpg status CLUSTER [flags]\nFor example: kubectl cnpg status mycluster\n',
    ],
    ['fencing on c', 'Error: fencing on needs INSTANCE\nUsage: kubectl cnpg fencing on CLUSTER INSTANCE [flags]\n'],
    [
      'status a b',
      'Error: unexpected argument "b" for status\nUsage: kubectl cnpg status CLUSTER [flags]\n' +
        'For example: kubectl cnpg status mycluster\n',
    ],
    [
      'certificate s --cnpg-user=',
      'Error: certificate needs --cnpg-cluster\nUsage: kubectl cnpg certificate SECRET [flags]\n',
    ],
    [
      'certificate s',
      'Error: certificate needs --cnpg-cluster and --cnpg-user\nUsage: kubectl cnpg certificate SECRET [flags]\n',
    ],
    ['status c -n', 'Error: the flag -n needs a value\nUsage: kubectl cnpg status CLUSTER [flags]\n'],
    ['status c --tail', 'Error: the flag --tail needs a value\nUsage: kubectl cnpg status CLUSTER [flags]\n'],
    ['backup -m list', 'Error: backup needs CLUSTER\nUsage: kubectl cnpg backup CLUSTER [flags]\n'],
    [
      'backup -m plugin list',
      'Error: unknown flag --method\nUsage: kubectl cnpg backup list [flags]\n' +
        'Run kubectl cnpg backup list --help for its flags.\n',
    ],
    ['-- status c', 'Error: the command has to stand before --\nUsage: kubectl cnpg COMMAND [flags]\n'],
  ])('%s', async (line, text) => {
    expect(await complaint(split(line))).toBe(text)
  })

  test.each([
    ['status c --watch=maybe', 'invalid value "maybe" for -w, --watch: it takes true or false'],
    ['status c --output xml', 'invalid value "xml" for -o, --output: it takes one of text, json'],
    ['status c --dry-run=maybe', 'invalid value "maybe" for --dry-run: it takes one of client, server'],
    ['status c --tail many', 'invalid value "many" for --tail: it takes a whole number'],
    ['status c -v=much', 'invalid value "much" for -v, --verbose: it takes a whole number'],
    ['status c -t soon', 'invalid value "soon" for -t, --timeout: it takes a duration such as 30s'],
    ['status c -t -5s', 'invalid value "-5s" for -t, --timeout: it takes a duration of 0 or more'],
    ['status c --request-timeout soon', 'invalid value "soon" for --request-timeout'],
    ['status c --color sometimes', 'invalid value "sometimes" for --color: it takes one of auto, always, never'],
    ['status c --log-level loud', 'invalid value "loud" for --log-level'],
    ['status c --zap-encoder xml', 'invalid value "xml" for --zap-encoder: it takes one of json, console'],
    ['status pod/c-1', 'invalid CLUSTER "pod/c-1": give the name alone or as cluster/NAME'],
    ['status a/b', 'invalid CLUSTER "a/b"'],
    ['status cluster/', 'invalid CLUSTER "cluster/"'],
    ['status c ---x', 'unknown flag ---x'],
    ['status c --=x', 'unknown flag --'],
  ])('%s', async (line, sentence) => {
    const text = await complaint(split(line))
    expect(text).toContain(`Error: ${sentence}`)
    expect(text).toContain('\nUsage: kubectl cnpg status CLUSTER [flags]\n')
  })

  test('an empty name', async () => {
    expect(await complaint(['status', ''])).toContain('Error: invalid CLUSTER "": it must not be empty\n')
    expect(await complaint([''])).toContain('Error: unknown command ""\n')
  })

  test('control characters typed or pasted are shown, not sent to the terminal', async () => {
    expect(await complaint(['status', 'a/\u001b[2J'])).toContain('invalid CLUSTER "a/\\x1b[2J"')
  })
})
