/** `npm run docs`: writes the README's tables anew from the commands and the rules. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tables, withTables } from './docs/tables.ts'

const file = join(import.meta.dirname, '..', 'README.md')
const text = await readFile(file, 'utf8')
await writeFile(file, withTables(text, await tables()))
