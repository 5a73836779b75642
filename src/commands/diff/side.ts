import { CliError } from '../../errors/cli-error.ts'

/** One side of a comparison as the user names it. */
export type Side =
  | { kind: 'file'; path: string }
  | { kind: 'cluster'; context: string | undefined; namespace: string | undefined; name: string }

/**
 * Reads `FILE` or `[CONTEXT:][NAMESPACE/]CLUSTER`. A file ends in .json, is written with a path (`./x`, `/tmp/x`), or is `-` for
 * stdin. Contexts may hold colons and slashes themselves (arn:aws:eks:…:cluster/x), names cannot: the last colon counts.
 * Throws CliError (usage).
 */
export function sideOf(text: string): Side {
  if (text === '-' || /\.json$/i.test(text) || /^(\.{0,2}|~)[/\\]|^[A-Za-z]:\\/.test(text))
    return { kind: 'file', path: text }
  const colon = text.lastIndexOf(':')
  const context = colon < 0 ? undefined : text.slice(0, colon)
  const [name = '', namespace, ...more] = text
    .slice(colon + 1)
    .replace(/^clusters?(\.postgresql\.cnpg\.io)?\//, '')
    .split('/')
    .reverse()
  if (name === '' || context === '' || namespace === '' || more.length > 0) {
    throw new CliError({
      kind: 'usage',
      message: `"${text}" is neither a file nor a cluster`,
      hint: 'Give a file whose name ends in .json or has a path as in ./x, or [CONTEXT:][NAMESPACE/]CLUSTER.',
    })
  }
  return { kind: 'cluster', context, namespace, name }
}
