import type { OnLoadResult, Plugin } from 'esbuild'
import { dirname, join, sep } from 'node:path'

const CLIENT_NODE = join('@kubernetes', 'client-node', 'dist')
const NAMESPACE = 'stub'

/** Modules whose one class KubeConfig makes at its start; src/kube/credentials.ts puts its own in their place. */
const AUTHENTICATORS: Readonly<Record<string, string>> = {
  './azure_auth.js': 'AzureAuth',
  './exec_auth.js': 'ExecAuth',
  './file_auth.js': 'FileAuth',
  './gcp_auth.js': 'GoogleCloudPlatformAuth',
  './oidc_auth.js': 'OpenIDConnectAuth',
}

/** Packages that client-node imports at its top and that few kubeconfigs need: loaded when first used. */
const ON_FIRST_USE: Readonly<Record<string, readonly string[]>> = {
  socks: ['SocksClient'],
  'socks-proxy-agent': ['SocksProxyAgent'],
  hpagent: ['HttpProxyAgent', 'HttpsProxyAgent'],
}

/**
 * Keeps out of the bundle what client-node drags in and this program never runs: the generated API classes, undici
 * (which also would not load on Node 20), and its sign-in helpers with all they need; and puts off what is seldom
 * needed. A module is replaced by its name as client-node imports it.
 */
export const stubs: Plugin = {
  name: 'client-node-stubs',
  setup(build) {
    build.onResolve(
      { filter: /^(\.\/gen\/index\.js|\.\/\w+_auth\.js|undici|socks|socks-proxy-agent|hpagent)$/ },
      (args) => {
        // The wrappers' own require comes back here and has to find the real package.
        if (args.pluginData === PASS || !args.importer.includes(CLIENT_NODE + sep)) return undefined
        return { path: args.path, namespace: NAMESPACE, pluginData: { directory: dirname(args.importer) } }
      },
    )
    build.onResolve({ filter: /^real:/, namespace: NAMESPACE }, (args) =>
      build.resolve(args.path.slice('real:'.length), {
        kind: args.kind,
        resolveDir: args.resolveDir,
        importer: args.importer,
        pluginData: PASS,
      }),
    )
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, (args) => ({
      contents: source(args.path),
      loader: 'js',
      resolveDir: (args.pluginData as { directory: string }).directory,
    }))
  },
}

const PASS = Symbol('pass')

type Source = Exclude<OnLoadResult['contents'], undefined>

function source(path: string): Source {
  switch (path) {
    case './gen/index.js':
      return GENERATED
    case 'undici':
      return UNDICI
    default:
      return path in AUTHENTICATORS ? `export class ${AUTHENTICATORS[path]} {}` : onFirstUse(path)
  }
}

const absent = (name: string) =>
  `export class ${name} { constructor() { throw new Error('${name} is not part of this program') } }`

// KubeConfig names these; only its makeApiClient, PortForward's retries and Metrics would use them.
const GENERATED = [
  `export { createConfiguration } from './gen/configuration.js'`,
  `export { ServerConfiguration } from './gen/servers.js'`,
  `export { HttpMethod, RequestContext } from './gen/http/http.js'`,
  `export { ApiException } from './gen/apis/exception.js'`,
  absent('CoreV1Api'),
  absent('AppsV1Api'),
].join('\n')

const UNDICI = [
  absent('Agent'),
  absent('ProxyAgent'),
  `export function fetch() { throw new Error('undici is not part of this program') }`,
].join('\n')

/** A package that is required when one of these members is first touched: `import * as` and named imports read late. */
function onFirstUse(path: string): string {
  const names = ON_FIRST_USE[path]
  if (names === undefined) throw new Error(`client-node imports ${path}, which scripts/build/stubs.ts does not know`)
  const members = names.map((name) => `  get ${name}() { return require('real:${path}').${name} },`)
  return ['module.exports = {', ...members, '}'].join('\n')
}
