import type { Candidate } from './types.ts'

/** The ids of all findings with what each says. */
export async function findings(): Promise<Candidate[]> {
  const { RULES } = await import('../../model/rules/table.ts')
  return RULES.map(({ id, title }) => ({ text: id, about: title }))
}
