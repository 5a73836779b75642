import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from 'vitest'

/** Compares with test/goldens/FILE; `UPDATE_GOLDENS=1` writes it instead, to be looked at before it is committed. */
export function expectGolden(file: string, text: string): void {
  const path = new URL(`../goldens/${file}`, import.meta.url).pathname
  if (process.env['UPDATE_GOLDENS'] === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  expect(text).toBe(readFileSync(path, 'utf8'))
}
