import type { Problem } from '../../../model/cluster-status.ts'
import { note, type Block } from '../../document.ts'

/** What stands in a section whose facts could not be read: never "none". */
export function missingNote(problem: Problem | null, otherwise: string): Block {
  if (!problem) return note(otherwise, 'warn')
  const word = problem.reason === 'forbidden' ? 'not permitted' : `not available (${problem.reason})`
  const hint = problem.hint === null ? '' : `; ${problem.hint}`
  return note(`${word}: ${problem.message}${hint}`, 'warn')
}
