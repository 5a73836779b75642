import { Argument, Command as Program, CommanderError, Option } from 'commander'
import type { ArgumentSpec, Invocation, OptionSpec, OptionValues } from './command.ts'
import type { Call } from './resolve.ts'
import { canonical } from './scan.ts'
import { PROGRAM, usageError, usageLine } from './usage.ts'
import { ONE_MORE, readArgument, readValue, ValueError } from './values.ts'

/** What commander keeps of one option or argument. */
type Kept = string | number | boolean | readonly string[] | undefined

/**
 * Reads the values of a call's flags and arguments. Throws CliError of kind usage, with the usage line, for a value
 * that cannot be read and for missing or surplus arguments and flags.
 */
export function parse(call: Call): Invocation {
  const usage = usageLine(call.path, call.command)
  const program = new Program()
    .exitOverride()
    .helpOption(false)
    .configureOutput({ writeErr: () => undefined })
  // Of several dozen flags few are given; to describe the others costs more than all the rest of the reading.
  const given = new Set(call.flags.map(({ spec }) => spec.name))
  for (const spec of call.specs) {
    if (given.has(spec.name) || spec.required === true) program.addOption(commanderOption(spec, usage))
  }
  for (const spec of call.command.args) program.addArgument(commanderArgument(spec, usage))
  program.action(() => undefined)
  try {
    // The canonical form leaves nothing to guess: every flag with its value in one word, then only arguments.
    program.parse([...call.flags.map(canonical), '--', ...call.words], { from: 'user' })
  } catch (error) {
    throw error instanceof CommanderError ? complaint(error, call, usage) : error
  }
  const args = Object.fromEntries(
    call.command.args.map((spec, index) => [spec.name, program.processedArgs[index] as Kept & (string | string[])]),
  )
  const options: Record<string, Kept> = Object.fromEntries(call.specs.map((spec) => [spec.name, valueOf(spec)]))
  return {
    args,
    options: { ...options, ...program.opts<Record<string, Kept>>() } satisfies OptionValues,
    rest: call.rest,
  }
}

function commanderOption(spec: OptionSpec, usage: string): Option {
  const standsAlone = spec.type === 'boolean' || spec.type === 'count' || spec.type === 'optional-string'
  const option = new Option(`--${spec.name} ${standsAlone ? '[value]' : '<value>'}`)
  // Our names are taken as they are: not in camel case, and `--no-…` is no negation.
  option.negate = false
  option.attributeName = () => spec.name
  option.default(valueOf(spec))
  if (spec.type === 'count') option.preset(ONE_MORE)
  if (spec.required === true) option.makeOptionMandatory()
  option.argParser((text: string, previous: Kept) =>
    reading(() => readValue(spec, text, previous), `value "${text}" for ${flagName(spec)}`, usage),
  )
  return option
}

/** The value of a flag that is not given. */
function valueOf(spec: OptionSpec): Kept {
  if (spec.default !== undefined) return spec.default
  if (spec.type === 'boolean') return false
  if (spec.type === 'count') return 0
  return spec.type === 'list' ? [] : undefined
}

function commanderArgument(spec: ArgumentSpec, usage: string): Argument {
  const name = spec.variadic === true ? `${spec.name}...` : spec.name
  const argument = new Argument(spec.required ? `<${name}>` : `[${name}]`)
  return argument.argParser((text: string, previous: string | string[] | undefined) => {
    const value = reading(() => readArgument(spec, text), `${spec.name} "${text}"`, usage)
    return spec.variadic === true ? [...(Array.isArray(previous) ? previous : []), value] : value
  })
}

function reading<T>(read: () => T, what: string, usage: string): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ValueError) throw usageError(`invalid ${what}: ${error.message}`, usage, error.hint)
    throw error
  }
}

function flagName(spec: OptionSpec): string {
  return spec.short === undefined ? `--${spec.name}` : `-${spec.short}, --${spec.name}`
}

function complaint(error: CommanderError, call: Call, usage: string): Error {
  const name = call.path.join(' ')
  const [example] = call.command.examples
  const hint = example === undefined ? undefined : `For example: ${PROGRAM} ${example.line}`
  switch (error.code) {
    case 'commander.missingArgument': {
      const missing = call.command.args.filter((spec) => spec.required)[call.words.length]
      return usageError(`${name} needs ${missing?.name ?? 'another argument'}`, usage, hint)
    }
    case 'commander.excessArguments': {
      const surplus = call.words[call.command.args.length]
      return usageError(`unexpected argument "${surplus}" for ${name}`, usage, hint)
    }
    case 'commander.missingMandatoryOptionValue': {
      const missing = call.specs.filter(
        (spec) => spec.required === true && !call.flags.some((token) => token.spec.name === spec.name),
      )
      return usageError(`${name} needs ${missing.map((spec) => `--${spec.name}`).join(' and ')}`, usage, hint)
    }
    default:
      return usageError(error.message, usage)
  }
}
