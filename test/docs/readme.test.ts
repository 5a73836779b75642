import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isExecutable } from '../helpers/programs.ts'
import { tables, withTables } from '../../scripts/docs/tables.ts'

const readme = await readFile(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')

test('the tables of the README are those of the code (npm run docs writes them)', async () => {
  expect(withTables(readme, await tables())).toBe(readme)
})

test('every table that can be generated stands in the README', async () => {
  for (const name of Object.keys(await tables())) expect(readme).toContain(`<!-- table: ${name} -->`)
})

test('what the README runs can be run', () => {
  for (const name of ['install.sh', 'bin/kubectl-cnpg', 'bin/kubectl_complete-cnpg']) {
    expect(isExecutable(join(import.meta.dirname, '..', '..', name)), name).toBe(true)
  }
})
