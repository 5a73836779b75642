import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { runProcess } from '../helpers/process.ts'

const program = fileURLToPath(new URL('programs/host.ts', import.meta.url))
const shell = (line: string) =>
  promisify(execFile)('bash', ['-c', `set -o pipefail; ${line}`, 'bash', process.execPath, program], {
    maxBuffer: 32 << 20,
  })

describe('a pipe', () => {
  test('whose reader goes away ends the program quietly, with its own exit code', async () => {
    const { stdout, stderr } = await shell('{ "$1" "$2" lines 20000; echo "code $?" >&2; } | head -n 1')
    expect(stdout).toBe('line 1\n')
    expect(stderr).toBe('code 7\n')
  })

  test('is given everything, however slowly it reads', async () => {
    const { stdout, stderr } = await shell('"$1" "$2" block 5000000 | (sleep 0.2; wc -c)')
    expect(stdout.trim()).toBe('5000000')
    expect(stderr).toBe('')
  })

  test('hands its bytes in unchanged', async () => {
    const { stdout, code } = await runProcess(process.execPath, [program, 'echo'], { stdin: 'Grüße\n😀' })
    expect({ stdout, code }).toEqual({ stdout: 'Grüße\n😀', code: 0 })
  })
})

test('a terminal is only where one is', async () => {
  const ended = await runProcess(process.execPath, [program, 'ask'])
  expect(ended).toMatchObject({ code: 1, stdout: 'refused: there is no terminal to ask on\n', stderr: '' })
})

test.skipIf(!existsSync('/dev/full'))('a full disk is an error, not a loss in silence', async () => {
  const main = fileURLToPath(new URL('../../src/entry.ts', import.meta.url))
  const { stderr } = await promisify(execFile)('bash', [
    '-c',
    '"$1" "$2" version > /dev/full; echo "code $?" >&2',
    'bash',
    process.execPath,
    main,
  ])
  expect(stderr).toMatch(/^Error: cannot write to stdout: .*ENOSPC.*\nThe output is incomplete\..*\ncode 1\n$/s)
})
