import type { Candidate } from '../../commands/completion/types.ts'

export type { Candidate } from '../../commands/completion/types.ts'

/** Bits of the last line of the protocol, as kubectl and the shells' scripts read them (spec/commands-core.md 1.9). */
export const Directive = { files: 0, error: 1, noSpace: 2, noFiles: 4, directories: 16, keepOrder: 32 } as const

/** All ways to go on, and what the shell is to do besides. */
export interface Offer {
  candidates: readonly Candidate[]
  directive: number
}

/** These and nothing else. */
export function only(candidates: readonly Candidate[]): Offer {
  return { candidates, directive: Directive.noFiles }
}

export const NOTHING: Offer = only([])
export const FILES: Offer = { candidates: [], directive: Directive.files }
export const DIRECTORIES: Offer = { candidates: [], directive: Directive.directories }

/** Those that begin with what is typed. */
export function beginningWith(typed: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ text }) => text.startsWith(typed))
}

/** The same with a text in front that the shell takes for a part of the word. */
export function behind(before: string, { candidates, directive }: Offer): Offer {
  if (before === '') return { candidates, directive }
  return { candidates: candidates.map((each) => ({ ...each, text: before + each.text })), directive }
}
