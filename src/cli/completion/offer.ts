import type { Candidate } from '../../commands/completion/types.ts'

export type { Candidate } from '../../commands/completion/types.ts'

/** Bits of the last line of the protocol, as kubectl and the shells' scripts read them (spec/commands-core.md 1.9). */
export const Directive = { files: 0, error: 1, noSpace: 2, noFiles: 4, keepOrder: 32 } as const

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
