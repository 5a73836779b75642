import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { generateSchema, type Schema } from './generate.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** One published form of output. */
export interface PublishedSchema {
  /** Path below the project's root of the committed schema. */
  path: string
  file: string
  type: string
  head: Schema
}

export const publishedSchemas: readonly PublishedSchema[] = [
  {
    path: 'src/api/schema/status.schema.json',
    file: 'src/render/status-json.ts',
    type: 'StatusReport',
    head: { $id: 'urn:kubectl-cnpg:status:1', title: 'kubectl cnpg status CLUSTER -o json' },
  },
  {
    path: 'src/api/schema/check.schema.json',
    file: 'src/render/check/json.ts',
    type: 'CheckJson',
    head: { $id: 'urn:kubectl-cnpg:check:1', title: 'kubectl cnpg check -o json' },
  },
  {
    path: 'src/api/schema/doctor.schema.json',
    file: 'src/model/doctor/report.ts',
    type: 'DoctorReport',
    head: { $id: 'urn:kubectl-cnpg:doctor:1', title: 'kubectl cnpg doctor -o json' },
  },
  {
    path: 'src/api/schema/fleet.schema.json',
    file: 'src/render/fleet-json.ts',
    type: 'FleetReport',
    head: { $id: 'urn:kubectl-cnpg:fleet:1', title: 'kubectl cnpg status -A -o json' },
  },
]

/**
 * The schema of one form. Published ones are open, so that members can be added without breaking those who check with
 * them; `closed` admits nothing that our own types do not declare (Kubernetes' objects have more members than we name).
 */
export function schemaOf({ file, type, head }: PublishedSchema, { closed = false } = {}): Schema {
  const isOpen = (path: string) => !closed || path.includes('/src/api/')
  return generateSchema({ file: root + file, type, head, compilerOptions: compilerOptions(), isOpen })
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path)) as { config: unknown }
  return ts.parseJsonConfigFileContent({ ...(config as object), include: [] }, ts.sys, root).options
}

/** The text of a schema file, as the formatter of the project writes it. */
export async function schemaText(schema: Schema): Promise<string> {
  const prettier = await import('prettier')
  const options = await prettier.resolveConfig(`${root}package.json`)
  return prettier.format(JSON.stringify(schema), { ...options, parser: 'json' })
}
