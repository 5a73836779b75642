// Writes the JSON schemas of the program's outputs from their TypeScript types.
import { writeFile } from 'node:fs/promises'
import { publishedSchemas, schemaOf, schemaText } from './schema/schemas.ts'

for (const published of publishedSchemas) {
  await writeFile(new URL(`../${published.path}`, import.meta.url), await schemaText(schemaOf(published)))
  console.log(published.path)
}
