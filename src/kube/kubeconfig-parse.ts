import { isAbsolute, join } from 'node:path'
import { CliError } from '../errors/cli-error.ts'
import type { ExecPlugin, KubeconfigCluster, KubeconfigContext, KubeconfigUser } from './kubeconfig-types.ts'
import { parseYaml } from './yaml.ts'
import type { Fields } from './yaml-fields.ts'
import { booleanOf, childOf, fieldsOf, listOf, textMapOf, textOf, textsOf, wrongType } from './yaml-fields.ts'

/** The entries of one kubeconfig file. */
export interface ParsedKubeconfig {
  currentContext: string | undefined
  contexts: Map<string, KubeconfigContext>
  clusters: Map<string, KubeconfigCluster>
  users: Map<string, KubeconfigUser>
}

const YAML_HINT = 'Correct the file, or choose another one with --kubeconfig or KUBECONFIG.'
const EXEC_EXTENSION = 'client.authentication.k8s.io/exec'
/** The extension of a context that belongs to this program. */
const OWN_EXTENSION = 'kubectl-cnpg'

/**
 * Reads the text of one kubeconfig (YAML or JSON). `file` is its absolute path: it names the file in errors and
 * `directory` is where its relative paths start. Throws CliError `config`; never quotes the text, which holds secrets.
 */
export function parseKubeconfig(text: string, file: string, directory: string): ParsedKubeconfig {
  const root = fieldsOf(file, '', parseYaml(text, `kubeconfig ${file}`, YAML_HINT))
  const kind = textOf(root, 'kind')
  if (kind !== undefined && kind !== 'Config') throw wrongType(file, 'kind', `"Config", not "${kind}"`)
  return {
    currentContext: textOf(root, 'current-context'),
    contexts: entries(root, 'contexts', 'context', readContext),
    clusters: entries(root, 'clusters', 'cluster', (fields) => readCluster(fields, directory)),
    users: entries(root, 'users', 'user', (fields) => readUser(fields, directory)),
  }
}

/** The named entries of one section; the same name twice in one file is an error, as in kubectl. */
function entries<T>(root: Fields, section: string, member: string, read: (fields: Fields) => T): Map<string, T> {
  const found = new Map<string, T>()
  for (const item of listOf(root, section)) {
    const name = textOf(item, 'name')
    if (name === undefined) throw wrongType(root.file, `${item.at}.name`, 'given')
    if (found.has(name)) {
      throw new CliError({
        kind: 'config',
        message: `kubeconfig ${root.file} has two ${section} named "${name}"`,
        hint: 'Remove or rename one of them.',
      })
    }
    found.set(name, read(childOf(item, member)))
  }
  return found
}

function readContext(fields: Fields): KubeconfigContext {
  const ours = listOf(fields, 'extensions').find((entry) => textOf(entry, 'name') === OWN_EXTENSION)
  return {
    cluster: textOf(fields, 'cluster'),
    user: textOf(fields, 'user'),
    namespace: textOf(fields, 'namespace'),
    readOnly: ours === undefined ? undefined : booleanOf(childOf(ours, 'extension'), 'readOnly'),
  }
}

function readCluster(fields: Fields, directory: string): KubeconfigCluster {
  const extension = listOf(fields, 'extensions').find((entry) => textOf(entry, 'name') === EXEC_EXTENSION)
  return {
    server: textOf(fields, 'server'),
    tlsServerName: textOf(fields, 'tls-server-name'),
    skipTlsVerify: booleanOf(fields, 'insecure-skip-tls-verify'),
    caFile: path(fields, 'certificate-authority', directory),
    caData: textOf(fields, 'certificate-authority-data'),
    proxyUrl: textOf(fields, 'proxy-url'),
    disableCompression: booleanOf(fields, 'disable-compression'),
    execExtension: extension?.values.extension,
  }
}

function readUser(fields: Fields, directory: string): KubeconfigUser {
  const extra = childOf(fields, 'as-user-extra')
  const provider = fields.values['auth-provider'] ? childOf(fields, 'auth-provider') : undefined
  return {
    certFile: path(fields, 'client-certificate', directory),
    certData: textOf(fields, 'client-certificate-data'),
    keyFile: path(fields, 'client-key', directory),
    keyData: textOf(fields, 'client-key-data'),
    token: textOf(fields, 'token'),
    tokenFile: path(fields, 'tokenFile', directory),
    username: textOf(fields, 'username'),
    password: textOf(fields, 'password'),
    as: textOf(fields, 'as'),
    asUid: textOf(fields, 'as-uid'),
    asGroups: textsOf(fields, 'as-groups'),
    asUserExtra: Object.fromEntries(Object.keys(extra.values).map((key) => [key, textsOf(extra, key)])),
    authProvider: provider && {
      name: textOf(provider, 'name') ?? '',
      config: textMapOf(provider, 'config'),
      file: fields.file,
    },
    exec: fields.values.exec ? readExec(childOf(fields, 'exec'), directory) : undefined,
  }
}

/** Rules of client-go's validation: v1 must name an interactiveMode, v1beta1 defaults to IfAvailable. */
function readExec(fields: Fields, directory: string): ExecPlugin {
  const apiVersion = textOf(fields, 'apiVersion')
  const command = textOf(fields, 'command')
  if (apiVersion === undefined) throw wrongType(fields.file, `${fields.at}.apiVersion`, 'given')
  if (command === undefined) throw wrongType(fields.file, `${fields.at}.command`, 'given')
  const mode = textOf(fields, 'interactiveMode') ?? (apiVersion.endsWith('/v1') ? '' : 'IfAvailable')
  if (mode !== 'Never' && mode !== 'IfAvailable' && mode !== 'Always') {
    throw wrongType(fields.file, `${fields.at}.interactiveMode`, 'Never, IfAvailable or Always')
  }
  return {
    apiVersion,
    command: /[\\/]/.test(command) && !isAbsolute(command) ? join(directory, command) : command,
    args: textsOf(fields, 'args'),
    env: listOf(fields, 'env').map((entry) => {
      const name = textOf(entry, 'name')
      if (name === undefined) throw wrongType(fields.file, `${entry.at}.name`, 'given')
      return { name, value: textOf(entry, 'value') ?? '' }
    }),
    interactiveMode: mode,
    provideClusterInfo: booleanOf(fields, 'provideClusterInfo') ?? false,
    installHint: textOf(fields, 'installHint'),
  }
}

function path(fields: Fields, name: string, directory: string): string | undefined {
  const value = textOf(fields, name)
  return value === undefined || isAbsolute(value) ? value : join(directory, value)
}
