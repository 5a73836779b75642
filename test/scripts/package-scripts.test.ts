import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { median, processTime } from '../../scripts/bench/process-time.ts'

const root = join(import.meta.dirname, '..', '..')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

test('every script that package.json names is there', () => {
  const named = Object.values(scripts).flatMap((script) => script.match(/scripts\/\S+\.ts/g) ?? [])
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([])
})

test('the bench measures whole processes, and only those that succeed', async () => {
  const { cpu, wall } = await processTime([process.execPath, '-e', 'console.log(1)'], process.env)
  expect(cpu).toBeGreaterThan(0)
  expect(wall).toBeGreaterThan(0)
  await expect(processTime([process.execPath, '-e', 'process.exit(3)'], process.env)).rejects.toThrow('exit code 3')
  await expect(processTime(['/no/such/program'], process.env)).rejects.toThrow('exit code 127')
  expect([median([3, 1, 2]), median([])]).toEqual([2, Number.NaN])
})
