import type { Host, Painter } from '../host/types.ts'
import type { ConnectionOptions } from '../kube/connection-options.ts'
import type { Session } from '../kube/session.ts'

/** Headings of the root help, in this order (spec/commands-core.md 1.2). */
export type CommandGroup =
  | 'Operator-level administration'
  | 'Troubleshooting'
  | 'Cluster administration'
  | 'Database administration'
  | 'Miscellaneous'
  | 'Additional Commands'

/** What completes an argument or a flag's value. */
export type CompleterKind =
  | 'cluster'
  /** A cluster, or one that is gone and whose backups are still there. */
  | 'restorable-cluster'
  | 'instance'
  | 'standby'
  | 'fenced-instance'
  | 'unfenced-instance'
  | 'namespace'
  | 'context'
  | 'kubeconfig-cluster'
  | 'kubeconfig-user'
  | 'database'
  | 'role'
  | 'backup'
  | 'object-store'
  | 'plugin'
  | 'pooler'
  | 'container'
  /** A secret with a user's name and password. */
  | 'password-secret'
  /** A secret with a certificate that was made for a role. */
  | 'certificate-secret'
  | 'finding'
  /** A finding and `=`, behind which a time follows. */
  | 'finding-until'
  /** The words of a command, one by one. */
  | 'command'
  /** A verb as one word. */
  | 'verb'
  | 'file'
  | 'directory'
  /** A program of the machine. */
  | 'program'
  /** What `diff` compares. */
  | 'cluster-or-file'
  | 'none'

export interface ArgumentSpec {
  /** Upper case, as shown in the usage line, e.g. `CLUSTER`. */
  name: string
  summary: string
  required: boolean
  /** Takes all remaining words. */
  variadic?: boolean
  completer: CompleterKind
}

/**
 * Flag types with Go's grammar (design 6): `boolean` also `--f=false`, never swallowing the next word; `count` can be
 * repeated or given as `--f=2`; `duration` is Go's plus `d`, a bare number is seconds, parsed to milliseconds.
 */
export type OptionType = 'string' | 'boolean' | 'count' | 'integer' | 'duration' | 'list' | 'choice' | 'optional-string'

export interface OptionSpec {
  /** Long name without dashes. */
  name: string
  short?: string
  type: OptionType
  /** Placeholder of the value in help, e.g. `DURATION`. */
  value?: string
  summary: string
  default?: string | number | boolean
  /** A choice of the form `word=VALUE` takes any text behind `word=`. */
  choices?: readonly string[]
  /** Values that are offered to who types it; it takes others, too, or complains of them by itself. */
  suggestions?: readonly string[]
  /** Choices of other programs that people try (the part before `=`), each with what to give here. */
  instead?: Readonly<Record<string, string>>
  completer?: CompleterKind
  /** Kept out of help and completion; still accepted. */
  hidden?: boolean
  required?: boolean
  /** Heading in the help for flags that stand apart, behind the others. */
  section?: string
}

export interface Example {
  summary: string
  /** The words after `kubectl cnpg`. */
  line: string
}

/** One Kubernetes right, in the words of a Role rule. */
export interface Right {
  group: string
  resource: string
  verbs: readonly string[]
  /** What is lost without it; absent: the command cannot work without it. */
  without?: string
  clusterScope?: boolean
}

/**
 * Values of options by long name, typed by {@link OptionType}; durations are milliseconds. Not given and without a
 * default: booleans are false, counts 0, lists empty, others undefined. An `optional-string` without a value is true.
 */
export type OptionValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface Invocation {
  /** By argument name; variadic ones are lists, empty when none was given. */
  args: Readonly<Record<string, string | readonly string[] | undefined>>
  options: OptionValues
  /** Words after `--`, of a command with `passThrough`; elsewhere they are arguments and this is empty. */
  rest: readonly string[]
}

/** How much a run tells of itself, from `--log-level`. */
export type LogLevel = 'error' | 'warning' | 'info' | 'debug' | 'trace'

export interface Context {
  host: Host
  /** kubectl's connection flags as given. */
  connection: ConnectionOptions
  /** Opens the kubeconfig and the transport at the first call. */
  session(): Promise<Session>
  /** Aborted by a signal and, with the total deadline set, at its end. */
  signal: AbortSignal
  /** Milliseconds of the whole command, from `--timeout`. */
  timeoutMs: number | undefined
  /** Colours for one stream by `--color`. */
  painter(stream: 'stdout' | 'stderr'): Promise<Painter>
  /** Writes a line to stderr (or `--log-destination`) when `--log-level` asks for that level. */
  readonly log: (level: LogLevel, message: string | (() => string)) => void
}

/** One verb (or subverb) of the plugin, from which help, completion, README tables and guards derive (design 4). */
export interface Command {
  name: string
  group: CommandGroup
  summary: string
  description?: string
  args: readonly ArgumentSpec[]
  /** Takes the words after `--` as they are, in `Invocation.rest`. */
  passThrough?: ArgumentSpec
  options: readonly OptionSpec[]
  examples: readonly Example[]
  rights: readonly Right[]
  /** True when it changes something in the cluster. */
  changes: boolean
  /** The boolean flag without which it only reads and prints. */
  changesWith?: string
  /** Default of `--timeout` in milliseconds; absent: no total deadline. */
  defaultTimeoutMs?: number
  /** True when `--timeout` limits a part of the command only, which the command itself sees to. */
  ownTimeout?: true | ((options: OptionValues) => boolean)
  exitCodes: readonly { code: number; meaning: string }[]
  /**
   * Speaks the codes of monitoring plugins: always, or when the boolean flag of this name is given. Then every failure
   * of its own exits with 3, usage and deadline included; with `always` it is told on stdout, as plugins do.
   */
  monitoring?: 'always' | { flag: string }
  subcommands?: readonly CommandEntry[]
  /** Returns the exit code; throws CliError. Absent on a command that only holds subcommands. */
  run?(invocation: Invocation, context: Context): Promise<number>
}

/** A row of the table of verbs: enough for the list in the help, the rest is loaded when called. */
export interface CommandEntry {
  name: string
  group: CommandGroup
  summary: string
  hidden?: boolean
  load(): Promise<Command>
}
