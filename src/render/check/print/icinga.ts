import { visible } from '../../../api/visible-text.ts'

/** A flag of the check, as a monitoring system may set it. */
export interface FlagFacts {
  name: string
  summary: string
  /** Takes no value. */
  alone: boolean
}

export interface MonitorFacts {
  program: string
  flags: readonly FlagFacts[]
  /** Clusters named on the command line. */
  clusters: readonly string[]
  /** Flags given on it, with their values; true for one without. */
  given: readonly { name: string; values: readonly string[] | true }[]
  everyMs: number
  timeoutMs: number
}

/** An Icinga 2 CheckCommand with every flag of the check as a custom variable, and a service that uses those that were given. */
export function icingaText({ program, flags, clusters, given, everyMs, timeoutMs }: MonitorFacts): string {
  const args = flags.map(({ name, summary, alone }) =>
    [
      `    "--${name}" = {`,
      alone ? `      set_if = "$${variable(name)}$"` : `      value = "$${variable(name)}$"`,
      `      description = ${dsl(summary)}`,
      '    }',
    ].join('\n'),
  )
  const vars = [
    ...(clusters.length === 0 ? [] : [`  vars.cnpg_cluster = [ ${clusters.map(dsl).join(', ')} ]`]),
    ...given.map(({ name, values }) => `  vars.${variable(name)} = ${valueText(values)}`),
  ]
  return `object CheckCommand "cnpg" {
  command = [ ${dsl(program)}, "check" ]
  timeout = ${seconds(timeoutMs) + 10}s
  arguments = {
    "CLUSTER" = {
      value = "$cnpg_cluster$"
      skip_key = true
      order = -1
      description = "Names of clusters"
    }
${args.join('\n')}
  }
}

apply Service "cloudnative-pg" {
  check_command = "cnpg"
  check_interval = ${seconds(everyMs)}s
  retry_interval = 30s
${vars.map((line) => `${line}\n`).join('')}  assign where host.vars.cnpg
}
`
}

/** The same for Nagios and what descends from it. */
export function nagiosConfigText({
  program,
  command,
  everyMs,
}: {
  program: string
  command: readonly string[]
  everyMs: number
}): string {
  const words = command.map(shellWord).join(' ')
  return `define command {
    command_name          check_cnpg
    command_line          ${program} check $ARG1$
}

define service {
    use                   generic-service
    hostgroup_name        kubernetes
    service_description   CloudNativePG
    check_command         check_cnpg!${words.replaceAll('!', '\\!').replaceAll('$', '$$$$').replaceAll(';', '\\;')}
    check_interval        ${Math.max(1, Math.round(everyMs / 60_000))}
    retry_interval        1
    max_check_attempts    3
}
`
}

function variable(flag: string): string {
  return `cnpg_${flag.replaceAll('-', '_')}`
}

function valueText(values: readonly string[] | true): string {
  if (values === true) return 'true'
  return values.length === 1 ? dsl(values[0] ?? '') : `[ ${values.map(dsl).join(', ')} ]`
}

/** A string of Icinga's language; a dollar would begin a macro. */
function dsl(text: string): string {
  return `"${visible(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')}"`
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${visible(word).replaceAll("'", "'\\''")}'`
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000)
}
