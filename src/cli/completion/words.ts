import type { OptionSpec } from '../command.ts'
import type { FlagToken } from '../scan.ts'
import type { Line } from './line.ts'
import { type Candidate, Directive, only, type Offer } from './offer.ts'

/** Verbs or subverbs by their beginning. */
export function verbCandidates({ choices, typed }: Line): Candidate[] {
  return choices
    .filter((entry) => entry.hidden !== true && entry.name.startsWith(typed))
    .map((entry) => ({ text: entry.name, about: entry.summary }))
    .sort((left, right) => (left.text < right.text ? -1 : 1))
}

/**
 * Names of flags by their beginning: those that are still needed alone, where there are such; else all that may still be
 * given. The short form follows the long one where nothing but a dash stands.
 */
export function flagCandidates({ specs, flags, typed, command }: Line): Candidate[] {
  const fitting = specs.filter((spec) => spec.hidden !== true && mayBeGiven(spec, flags))
  const needed = fitting.filter((spec) => spec.required === true && `--${spec.name}`.startsWith(typed))
  const own = new Set(command?.options)
  const ordered = [...fitting.filter((spec) => own.has(spec)), ...fitting.filter((spec) => !own.has(spec))]
  return (needed.length > 0 ? needed : ordered).flatMap((spec) => {
    const forms = [`--${spec.name}`, ...(spec.short === undefined || typed !== '-' ? [] : [`-${spec.short}`])]
    return forms.filter((form) => form.startsWith(typed)).map((text) => ({ text, about: spec.summary }))
  })
}

function mayBeGiven(spec: OptionSpec, flags: readonly FlagToken[]): boolean {
  return spec.type === 'list' || spec.type === 'count' || flags.every((token) => token.spec.name !== spec.name)
}

/** Values of a flag that its declaration knows; undefined where only the cluster, or nobody, can tell. */
export function choiceOffer(spec: OptionSpec, typed: string): Offer | undefined {
  if (spec.type === 'boolean') return only(beginning(['true', 'false'], typed))
  if (spec.choices === undefined) return undefined
  const candidates = beginning([...new Set(spec.choices.map(fixedPart))], typed)
  const open = candidates.length > 0 && candidates.every(({ text }) => text.endsWith('='))
  const space = open ? Directive.noSpace : 0
  return { candidates, directive: Directive.noFiles | Directive.keepOrder | space }
}

/** Of `jsonpath=TEMPLATE` the part that is always the same. */
function fixedPart(choice: string): string {
  const equals = choice.indexOf('=')
  return equals === -1 ? choice : choice.slice(0, equals + 1)
}

function beginning(words: readonly string[], typed: string): Candidate[] {
  return words.filter((word) => word.startsWith(typed)).map((text) => ({ text }))
}
