import { describe, expect, test } from 'vitest'
import { cli } from '../../helpers/cli.ts'

/** The candidates of a line without their descriptions, and the directive behind them. */
async function offered(words: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const { code, stdout } = await cli(['__completeNoDesc', ...words], { env })
  expect(code).toBe(0)
  return stdout.trimEnd().split('\n')
}

describe('words that need no server', () => {
  test.each<[string, string[], string[]]>([
    ['verbs by their beginning', ['st'], ['status', ':4']],
    ['no verb', ['zz'], [':4']],
    ['subverbs', ['fencing', ''], ['off', 'on', 'status', ':4']],
    ['the shells', ['completion', ''], ['bash', 'fish', 'powershell', 'zsh', ':4']],
    ['the commands that help explains', ['help', 'fencing', 'o'], ['off', 'on', ':4']],
    ['a flag', ['status', '--outp'], ['--output', ':4']],
    ['a flag before the verb', ['--kubeco'], ['--kubeconfig', ':4']],
    ['no flag that was given', ['status', '-o', 'json', '--outp'], [':4']],
    ['a flag that may be repeated', ['status', '--only', 'a', '--onl'], ['--only', ':4']],
    ['values of a flag, in their own order', ['status', '--color', ''], ['auto', 'always', 'never', ':36']],
    ['values by their beginning', ['status', '--color', 'n'], ['never', ':36']],
    ['a value behind =', ['status', '--color=a'], ['auto', 'always', ':36']],
    ['a value that goes on', ['status', '-o', 'jsonp'], ['jsonpath=', ':38']],
    ['values of a boolean', ['status', '--no-headers=t'], ['true', ':4']],
    ['files where a file belongs', ['status', '--from', ''], [':0']],
    ['nothing where anything may stand', ['status', '--as', ''], [':4']],
    ['ids of findings', ['explain', 'two-'], ['two-primaries', ':4']],
    ['the last id of a list', ['status', '--skip', 'fenced,two-'], ['fenced,two-primaries', ':4']],
    ['values that are known, of a flag that takes others', ['backup', 'x', '-m', 'vol'], ['volumeSnapshot', ':36']],
    ['a value behind a short flag and =', ['status', '-o=ya'], ['yaml', ':36']],
    ['a value that clings to its flag', ['status', '-oya'], ['-oyaml', ':36']],
    ['a value that clings to a bundle', ['status', '-voya'], ['-voyaml', ':36']],
    ['no value of a short flag alone', ['status', '-o'], [':4']],
    [
      'the last of a list that is known',
      ['logs', 'cluster', 'x', '--loggers', 'postgres,wal-r'],
      ['postgres,wal-restore', ':36'],
    ],
    ['folders where a folder belongs', ['certificate', 'x', '--out', ''], [':16']],
    ['files where a program belongs', ['check', '--on-change', ''], [':0']],
    ['a finding that goes on', ['check', '--ack', 'two-'], ['two-primaries=', ':6']],
    ['verbs as words of a list', ['doctor', '--for', 'status,fen'], ['status,fencing', ':4']],
    [
      'subverbs and the flags that are needed',
      ['certificate', ''],
      ['list', 'renew', '--cnpg-cluster', '--cnpg-user', ':4'],
    ],
    ['no flag that is needed and given', ['certificate', '--cnpg-user', 'app', '-'], ['--cnpg-cluster', ':4']],
    ['nothing behind --help', ['status', '--help', ''], [':4']],
    ['the arguments of another program', ['psql', 'mycluster', '--', ''], [':0']],
    ['nothing behind the last argument', ['reload', 'mycluster', ''], [':4']],
    ['an unknown command', ['bogus', ''], [':0']],
    ['an unknown flag', ['status', '--bogus', ''], [':0']],
    ['no names without a kubeconfig', ['status', ''], [':4']],
  ])('%s', async (_what, words, expected) => {
    expect(await offered(words)).toEqual(expected)
  })

  test('long and short form, where nothing but a dash stands', async () => {
    const flags = await offered(['status', '-'])
    expect(flags).toEqual(expect.arrayContaining(['--output', '-o', '--namespace', '-n']))
    expect(flags).not.toContain('--zap-devel')
    expect(flags.indexOf('--output')).toBeLessThan(flags.indexOf('--namespace'))
  })
})

describe('the answer', () => {
  test('describes each candidate behind a tab, and names the directive on stderr', async () => {
    const { stdout, stderr } = await cli('__complete rel')
    expect(stdout).toBe('reload\tLet the instances read their configuration again\n:4\n')
    expect(stderr).toBe('Completion ended with directive: ShellCompDirectiveNoFileComp\n')
  })

  test.each(['KUBECTL_CNPG_COMPLETION_DESCRIPTIONS', 'COBRA_COMPLETION_DESCRIPTIONS'])(
    'is bare with %s off',
    async (variable) => {
      expect((await cli('__complete rel', { env: { [variable]: 'false' } })).stdout).toBe('reload\n:4\n')
    },
  )

  test('needs a line to complete', async () => {
    const { code, stdout, stderr } = await cli('__complete')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe('Error: __complete needs the words of the line, the last one may be empty\n')
  })
})
