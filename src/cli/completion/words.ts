import type { OptionSpec } from '../command.ts'
import type { FlagToken } from '../scan.ts'
import type { Line } from './line.ts'
import { beginningWith, type Candidate, Directive, only, type Offer } from './offer.ts'

/** Verbs or subverbs by their beginning. */
export function verbCandidates({ choices, typed }: Pick<Line, 'choices' | 'typed'>): Candidate[] {
  return choices
    .filter((entry) => entry.hidden !== true && entry.name.startsWith(typed))
    .map((entry) => ({ text: entry.name, about: entry.summary }))
    .sort((left, right) => (left.text < right.text ? -1 : 1))
}

/**
 * Names of flags by their beginning: those that are still needed alone, where there are such; else all that may still be
 * given. The short form follows the long one where nothing but a dash stands.
 */
export function flagCandidates(line: Line): Candidate[] {
  const { specs, flags, typed, command } = line
  const needed = beginningWith(typed, neededFlags(line))
  if (needed.length > 0) return needed
  const fitting = specs.filter((spec) => spec.hidden !== true && mayBeGiven(spec, flags))
  const own = new Set(command?.options)
  const ordered = [...fitting.filter((spec) => own.has(spec)), ...fitting.filter((spec) => !own.has(spec))]
  return ordered.flatMap((spec) => {
    const forms = [`--${spec.name}`, ...(spec.short === undefined || typed !== '-' ? [] : [`-${spec.short}`])]
    return forms.filter((form) => form.startsWith(typed)).map((text) => ({ text, about: spec.summary }))
  })
}

/** The flags without which the line will not do, and which are not there yet. */
export function neededFlags({ specs, flags }: Line): Candidate[] {
  return specs
    .filter((spec) => spec.required === true && mayBeGiven(spec, flags))
    .map(({ name, summary }) => ({ text: `--${name}`, about: summary }))
}

function mayBeGiven(spec: OptionSpec, flags: readonly FlagToken[]): boolean {
  return spec.type === 'list' || spec.type === 'count' || flags.every((token) => token.spec.name !== spec.name)
}

/** Values of a flag that its declaration knows; undefined where only the cluster, or nobody, can tell. */
export function choiceOffer(spec: OptionSpec, typed: string): Offer | undefined {
  if (spec.type === 'boolean') return only(candidatesOf(['true', 'false'], typed))
  const known = spec.choices ?? spec.suggestions
  if (known === undefined) return undefined
  const candidates = candidatesOf([...new Set(known.map(fixedPart))], typed)
  const open = candidates.length > 0 && candidates.every(({ text }) => text.endsWith('='))
  const space = open ? Directive.noSpace : 0
  return { candidates, directive: Directive.noFiles | Directive.keepOrder | space }
}

/** Of `jsonpath=TEMPLATE` the part that is always the same. */
function fixedPart(choice: string): string {
  const equals = choice.indexOf('=')
  return equals === -1 ? choice : choice.slice(0, equals + 1)
}

function candidatesOf(words: readonly string[], typed: string): Candidate[] {
  return beginningWith(
    typed,
    words.map((text) => ({ text })),
  )
}
