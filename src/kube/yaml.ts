import { CORE_SCHEMA, load, mergeTag, YAMLException } from 'js-yaml'
import { CliError } from '../errors/cli-error.ts'

/**
 * Reads a YAML (or JSON) document; an empty one is undefined. Throws CliError `config` that says where it is wrong and never
 * quotes the text, which may hold secrets.
 *
 * @param what the document in an error's sentence, e.g. `kubeconfig FILE`
 */
export function parseYaml(text: string, what: string, hint: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return load(text, { schema: CORE_SCHEMA.withTags(mergeTag) })
  } catch (error) {
    const where = error instanceof YAMLException && error.mark ? ` in line ${error.mark.line + 1}` : ''
    const why = error instanceof YAMLException ? `: ${error.reason}` : ''
    throw new CliError({ kind: 'config', message: `${what} is not valid YAML${where}${why}`, hint })
  }
}
