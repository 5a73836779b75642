import { describe, expect, test } from 'vitest'
import { CliError } from '../../src/errors/cli-error.ts'
import { describe as describeError, exitCodeOf } from '../../src/errors/describe.ts'

describe('describe', () => {
  test('says what happened, how it is used, and what to do', () => {
    const error = new CliError({
      kind: 'usage',
      message: 'status needs CLUSTER',
      usage: 'kubectl cnpg status CLUSTER [flags]',
      hint: 'For example:\n  status mycluster',
    })
    expect(describeError(error)).toBe(
      'Error: status needs CLUSTER\n' +
        'Usage: kubectl cnpg status CLUSTER [flags]\n' +
        'For example:\n' +
        '  status mycluster\n',
    )
    expect(exitCodeOf(error)).toBe(2)
  })

  test('follows the causes and says nothing twice', () => {
    const root = new Error('ENOENT: no such file')
    const middle = new Error('cannot read the key: ENOENT: no such file', { cause: root })
    const error = new CliError({ kind: 'config', message: 'the kubeconfig is broken', cause: middle })
    expect(describeError(error)).toBe('Error: the kubeconfig is broken: cannot read the key: ENOENT: no such file\n')
  })

  test('leaves out aborts, which say nothing', () => {
    const cause = new DOMException('This operation was aborted', 'AbortError')
    const error = new CliError({ kind: 'timeout', message: 'no answer within 5s', cause })
    expect(describeError(error)).toBe('Error: no answer within 5s\n')
    expect(exitCodeOf(error)).toBe(124)
  })

  test('ends for a chain that bites its tail', () => {
    const first = new Error('first')
    first.cause = new Error('second', { cause: first })
    expect(describeError(new CliError({ kind: 'failed', message: 'it failed', cause: first }))).toBe(
      'Error: it failed: first: second\n',
    )
  })

  test('joins what several addresses answered', () => {
    const cause = new AggregateError([new Error('refused on ::1'), new Error('refused on 127.0.0.1')], '')
    const error = new CliError({ kind: 'unreachable', message: 'no connection', cause })
    expect(describeError(error)).toBe('Error: no connection: refused on ::1; refused on 127.0.0.1\n')
  })

  test('makes control characters visible in every part', () => {
    const error = new CliError({ kind: 'server', message: 'bad \u001b[2Jname', hint: 'try\u0007\nagain\u202e' })
    expect(describeError(error)).toBe('Error: bad \\x1b[2Jname\ntry\\x07\nagain\\u202e\n')
  })

  test('calls anything unexpected a defect, without the stack', () => {
    const text = describeError(new TypeError('x is not a function'))
    expect(text).toMatch(/^Error: x is not a function\n.*defect.*--log-level debug/)
    expect(text).not.toContain('describe.test.ts')
    expect(exitCodeOf(new TypeError('x'))).toBe(1)
  })

  test('shows the stack with debug', () => {
    expect(describeError(new TypeError('x is not a function'), { debug: true })).toContain('describe.test.ts')
  })

  test.each([
    ['nothing', undefined, 'unknown error'],
    ['a string', 'broken', 'broken'],
    ['an error without a message', new RangeError(), 'RangeError'],
  ])('describes %s', (_what, thrown, message) => {
    expect(describeError(thrown)).toContain(`Error: ${message}\n`)
  })

  test('is one JSON object on one line for programs', () => {
    const error = new CliError({
      kind: 'forbidden',
      message: 'not\u001b allowed',
      hint: 'Ask for:\nget pods',
      code: 403,
      reason: 'Forbidden',
    })
    const text = describeError(error, { json: true })
    expect(text.trimEnd()).not.toContain('\n')
    expect(JSON.parse(text)).toEqual({
      error: {
        kind: 'forbidden',
        message: 'not\\x1b allowed',
        hint: 'Ask for:\nget pods',
        code: 403,
        reason: 'Forbidden',
        exitCode: 1,
      },
    })
  })
})

describe('the exit code among monitoring codes', () => {
  test.each([
    ['usage', 3],
    ['timeout', 3],
    ['forbidden', 3],
    ['internal', 3],
    ['interrupted', 130],
  ] as const)('%s: %i', (kind, expected) => {
    const error = new CliError({ kind, message: 'no' })
    expect(exitCodeOf(error, { monitoring: true })).toBe(expected)
    expect(JSON.parse(describeError(error, { monitoring: true, json: true }))).toMatchObject({
      error: { exitCode: expected },
    })
  })

  test('a defect: 3', () => {
    expect(exitCodeOf(new TypeError('x is not a function'), { monitoring: true })).toBe(3)
  })
})
