import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

interface Sandbox {
  child: ChildProcess
  folder: string
  pids: number[]
  supervisor: number
}

async function start(mode = 'stay'): Promise<Sandbox> {
  const file = fileURLToPath(new URL('./supervisor-parent.ts', import.meta.url))
  const child = spawn(process.execPath, ['--no-warnings', file, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) return { child, ...(JSON.parse(line) as Omit<Sandbox, 'child'>) }
  throw new Error('the sandbox did not start')
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Waits until nothing of a sandbox is left; fails with what is. */
async function expectGone(sandbox: Sandbox): Promise<void> {
  const left = () => [
    ...[...sandbox.pids, sandbox.supervisor].filter(alive).map((pid) => `process ${pid}`),
    ...(existsSync(sandbox.folder) ? [sandbox.folder] : []),
  ]
  for (let tries = 0; tries < 200 && left().length > 0; tries++) await pause(50)
  expect(left()).toEqual([])
}

describe('a sandbox leaves nothing behind', () => {
  test('after SIGKILL or SIGINT of the process that started it, and the one beside it lives on', async () => {
    const [one, other] = await Promise.all([start(), start()])
    expect(one.folder).not.toBe(other.folder)
    expect(existsSync(one.folder)).toBe(true)
    expect([...one.pids, ...other.pids].every(alive)).toBe(true)
    one.child.kill('SIGKILL')
    await expectGone(one)
    expect(other.pids.every(alive)).toBe(true)
    other.child.kill('SIGINT')
    await expectGone(other)
  })

  test('when that process forgets to stop it; nor is it kept alive by it', async () => {
    await expectGone(await start('forget'))
  })

  test('when the watcher itself is killed', async () => {
    const sandbox = await start()
    process.kill(sandbox.supervisor, 'SIGKILL')
    await expectGone(sandbox)
    sandbox.child.kill('SIGKILL')
  })
})
