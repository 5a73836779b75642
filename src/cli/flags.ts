import type { ConnectionOptions } from '../kube/connection-options.ts'
import type { Command, OptionSpec, OptionValues } from './command.ts'

/** Where a flag stands in the help. */
export interface FlagGroup {
  heading: string
  flags: readonly OptionSpec[]
  /** Known from elsewhere: the help names these without a word about each. */
  compact?: boolean
}

const CONNECTION: readonly OptionSpec[] = [
  text('namespace', 'NAMESPACE', "Look in this namespace instead of the context's own", {
    short: 'n',
    completer: 'namespace',
  }),
  text('context', 'NAME', 'Use this context of the kubeconfig', { completer: 'context' }),
  text('kubeconfig', 'FILE', 'Read this kubeconfig instead of KUBECONFIG or ~/.kube/config', { completer: 'file' }),
  text('cluster', 'NAME', 'Use this cluster entry of the kubeconfig', { completer: 'kubeconfig-cluster' }),
  text('user', 'NAME', 'Use this user entry of the kubeconfig', { completer: 'kubeconfig-user' }),
  text('server', 'URL', 'Talk to the API server at this address', { short: 's' }),
  text('token', 'TOKEN', 'Authenticate with this bearer token'),
  text('as', 'USER', 'Act as this user'),
  { name: 'as-group', type: 'list', value: 'GROUP', summary: 'Act as a member of this group; repeatable' },
  text('as-uid', 'UID', 'Act with this UID'),
  { name: 'as-user-extra', type: 'list', value: 'KEY=VALUE', summary: 'Act with this extra fact; repeatable' },
  { name: 'request-timeout', type: 'duration', value: 'DURATION', summary: 'Limit of a single request; 0 is none' },
  text('certificate-authority', 'FILE', 'Trust the certificate authorities in this file', { completer: 'file' }),
  text('client-certificate', 'FILE', 'Authenticate with this client certificate', { completer: 'file' }),
  text('client-key', 'FILE', 'Private key of the client certificate', { completer: 'file' }),
  text('tls-server-name', 'NAME', "Expect this name in the server's certificate"),
  { name: 'insecure-skip-tls-verify', type: 'boolean', summary: "Do not check the server's certificate" },
  { name: 'disable-compression', type: 'boolean', summary: 'Ask for uncompressed answers' },
  text('cache-dir', 'DIR', 'Accepted as by kubectl; nothing is cached', { completer: 'directory' }),
]

const LOGGING: readonly OptionSpec[] = [
  {
    name: 'log-level',
    type: 'choice',
    value: 'LEVEL',
    choices: ['error', 'warning', 'info', 'debug', 'trace'],
    default: 'info',
    summary: 'How much to tell on stderr; debug adds every request',
  },
  text('log-destination', 'FILE', 'Append log lines to this file instead of stderr', { completer: 'file' }),
  // The rest shapes the JSON log lines of the official plugin. Wrappers pass them, so they are read and checked.
  text('log-field-level', 'KEY', 'Accepted for compatibility', { hidden: true }),
  text('log-field-timestamp', 'KEY', 'Accepted for compatibility', { hidden: true }),
  { name: 'zap-devel', type: 'boolean', summary: 'Accepted for compatibility', hidden: true },
  choice('zap-encoder', ['json', 'console']),
  text('zap-log-level', 'LEVEL', 'Accepted for compatibility', { hidden: true }),
  choice('zap-stacktrace-level', ['info', 'error', 'panic']),
  choice('zap-time-encoding', ['epoch', 'millis', 'nano', 'iso8601', 'rfc3339', 'rfc3339nano']),
]

const GENERAL: readonly OptionSpec[] = [
  {
    name: 'color',
    type: 'choice',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    summary: 'Colour the output',
  },
  { name: 'help', short: 'h', type: 'boolean', summary: 'Show this help' },
]

/** Flags that every command takes, before or after its name (spec/commands-core.md 1.4 and 1.5). */
export const GLOBAL_FLAGS: readonly FlagGroup[] = [
  { heading: 'Flags of every command', flags: [...GENERAL, ...LOGGING] },
  { heading: 'Connection flags of every command, as in "kubectl options"', flags: CONNECTION, compact: true },
]

const ALL_GLOBAL: readonly OptionSpec[] = GLOBAL_FLAGS.flatMap((group) => group.flags)

const TIMEOUT: OptionSpec = {
  name: 'timeout',
  short: 't',
  type: 'duration',
  value: 'DURATION',
  summary: 'Limit of the whole command; 0 is none',
}

/** Flags of `command` itself: what it declares, and `--timeout` when it has a total limit. */
export function ownFlags(command: Command): readonly OptionSpec[] {
  if (command.defaultTimeoutMs === undefined || command.options.some((option) => option.name === TIMEOUT.name)) {
    return command.options
  }
  const shortTaken = command.options.some((option) => option.short === TIMEOUT.short)
  const { short: _short, ...longOnly } = TIMEOUT
  return [...command.options, shortTaken ? longOnly : TIMEOUT]
}

/** Every flag that may be given with these own flags; an own flag hides a global one of its name or letter. */
export function withGlobalFlags(own: readonly OptionSpec[]): readonly OptionSpec[] {
  const names = new Set(own.map((option) => option.name))
  const letters = new Set(own.map((option) => option.short))
  const global = ALL_GLOBAL.filter((option) => !names.has(option.name)).map((option) => {
    const { short, ...longOnly } = option
    return short !== undefined && letters.has(short) ? longOnly : option
  })
  return [...own, ...global]
}

/** kubectl's connection flags out of the parsed values. */
export function connectionOptions(values: OptionValues): ConnectionOptions {
  const strings = {
    kubeconfig: values['kubeconfig'],
    context: values['context'],
    cluster: values['cluster'],
    user: values['user'],
    namespace: values['namespace'],
    server: values['server'],
    token: values['token'],
    as: values['as'],
    asUid: values['as-uid'],
    certificateAuthority: values['certificate-authority'],
    clientCertificate: values['client-certificate'],
    clientKey: values['client-key'],
    tlsServerName: values['tls-server-name'],
    asGroup: nonEmpty(values['as-group']),
    asUserExtra: nonEmpty(values['as-user-extra']),
    requestTimeoutMs: values['request-timeout'],
    insecureSkipTlsVerify: values['insecure-skip-tls-verify'] === true ? true : undefined,
    disableCompression: values['disable-compression'] === true ? true : undefined,
  }
  // kubectl takes an empty value as not given.
  return Object.fromEntries(Object.entries(strings).filter(([, value]) => value !== undefined && value !== ''))
}

function nonEmpty(value: OptionValues[string]): readonly string[] | undefined {
  return Array.isArray(value) && value.length > 0 ? (value as readonly string[]) : undefined
}

function text(name: string, value: string, summary: string, more: Partial<OptionSpec> = {}): OptionSpec {
  return { name, type: 'string', value, summary, ...more }
}

function choice(name: string, choices: readonly string[]): OptionSpec {
  return { name, type: 'choice', choices, summary: 'Accepted for compatibility', hidden: true }
}
