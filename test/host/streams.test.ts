import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { bunExecutable } from '../../scripts/build/bun.ts'
import { runProcess } from '../helpers/process.ts'
import { RUNTIMES } from '../helpers/runtimes.ts'

const program = fileURLToPath(new URL('programs/host.ts', import.meta.url))
const hasPerl = spawnSync('perl', ['-MFcntl', '-e', '']).status === 0

describe.each(RUNTIMES)('a pipe on %s', (_name, runtime) => {
  const shell = (line: string) =>
    promisify(execFile)('bash', ['-c', `set -o pipefail; ${line}`, 'bash', runtime, program], {
      maxBuffer: 32 << 20,
    })

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

  test('is given much in its order, whatever way it is written', async () => {
    const { stdout } = await shell('"$1" "$2" pieces 12 | (sleep 0.2; cat)')
    expect(stdout.match(/(.)\1*/g)?.map((run) => `${run.length}${run[0]}`)).toEqual(
      [...'abcdefghijkl'].map((letter) => `300000${letter}`),
    )
  })

  test.skipIf(!hasPerl)('is given everything where it is set not to block', async () => {
    const unblocked = 'fcntl(STDOUT, F_SETFL, O_NONBLOCK) or die; exec @ARGV'
    const { stdout, stderr } = await shell(
      `perl -MFcntl -e '${unblocked}' "$1" "$2" block 5000000 | (sleep 0.2; wc -c)`,
    )
    expect({ bytes: stdout.trim(), stderr }).toEqual({ bytes: '5000000', stderr: '' })
  })

  test('hands its bytes in unchanged', async () => {
    const { stdout, code } = await runProcess(runtime, [program, 'echo'], { stdin: 'Grüße\n😀' })
    expect({ stdout, code }).toEqual({ stdout: 'Grüße\n😀', code: 0 })
  })
})

test('on Bun a pipe that nobody reads does not keep the program from ending at the second signal', async () => {
  const child = spawn(bunExecutable(), [program, 'block', '5000000'], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    // The pipe is full by then, and stays so.
    await once(child.stdout, 'readable')
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await pause(100)
    child.kill('SIGTERM')
    expect(await ended).toEqual([143, null])
  } finally {
    child.kill('SIGKILL')
  }
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
