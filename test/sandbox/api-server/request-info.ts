/** What a URL asks for, as Kubernetes' authorization sees it. */
export interface RequestInfo {
  isResource: boolean
  /** get, list, watch, create, update, patch, delete, deletecollection; for other paths the method in lower case. */
  verb: string
  path: string
  group: string
  version: string
  resource: string
  subresource: string
  namespace: string | undefined
  name: string
  /** What stands behind the subresource, e.g. `/pg/status` behind `proxy`. */
  rest: string
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Takes a method, a path (still encoded) and a query apart. Never throws; an unknown path is no resource request. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = path.split('/').slice(1)
  const info: RequestInfo = {
    isResource: false,
    verb: method.toLowerCase(),
    path,
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: undefined,
    name: '',
    rest: '',
  }
  const root = parts.shift()
  if (root === 'apis') info.group = parts.shift() ?? ''
  else if (root !== 'api') return info
  info.version = parts.shift() ?? ''
  if (parts.length === 0 || parts[0] === '') return info

  info.isResource = true
  info.verb = VERBS[method] ?? method.toLowerCase()
  const deprecatedWatch = parts[0] === 'watch'
  if (deprecatedWatch) parts.shift()
  if (parts[0] === 'namespaces' && parts.length > 1) {
    info.namespace = decode(parts[1])
    // A third word is a resource in the namespace, but for the namespace's own subresources.
    if (parts.length > 2 && !['status', 'finalize'].includes(parts[2] ?? '')) parts.splice(0, 2)
    else info.namespace = undefined
  }
  info.resource = parts.shift() ?? ''
  info.name = decode(parts.shift())
  info.subresource = parts.shift() ?? ''
  info.rest = parts.length === 0 ? '' : `/${parts.join('/')}`
  if (info.name === '') {
    if (info.verb === 'get') info.verb = isTrue(query.get('watch')) ? 'watch' : 'list'
    if (info.verb === 'delete') info.verb = 'deletecollection'
  }
  if (deprecatedWatch) info.verb = 'watch'
  return info
}

/** A boolean parameter of a query: present without a value counts as true. */
export function isTrue(value: string | null): boolean {
  return value !== null && !['0', 'false'].includes(value)
}

function decode(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '')
  } catch {
    return part ?? ''
  }
}
