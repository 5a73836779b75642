/** What a path of the Kubernetes API asks for. */
export interface ApiPath {
  /** Empty for the core group. */
  group: string
  version: string
  namespace: string | undefined
  /** Plural, with the subresource after a slash, as in a Role rule. */
  resource: string
  name: string | undefined
}

/** Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`; undefined for other paths. Names come back decoded. */
export function parseApiPath(path: string): ApiPath | undefined {
  const words = (path.split('?')[0] ?? '').split('/').filter((word) => word !== '')
  const core = words[0] === 'api'
  if (!core && words[0] !== 'apis') return undefined
  const group = core ? '' : words[1]
  const version = words[core ? 1 : 2]
  let rest = words.slice(core ? 2 : 3)
  if (group === undefined || version === undefined) return undefined
  let namespace: string | undefined
  if (rest[0] === 'namespaces' && rest.length > 2) {
    namespace = decode(rest[1])
    rest = rest.slice(2)
  }
  const [plural, name, subresource] = rest
  if (plural === undefined) return undefined
  return { group, version, namespace, name: decode(name), resource: subresource ? `${plural}/${subresource}` : plural }
}

/** The RBAC verb of a request (Kubernetes API, "Determine the request verb"). */
export function verbOf(method: string, path: string): string {
  const named = parseApiPath(path)?.name !== undefined
  switch (method) {
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return named ? 'delete' : 'deletecollection'
    default:
      if (named) return 'get'
      return /[?&]watch=(1|true)\b/.test(path) ? 'watch' : 'list'
  }
}

function decode(word: string | undefined): string | undefined {
  if (word === undefined) return undefined
  try {
    return decodeURIComponent(word)
  } catch {
    return word
  }
}
