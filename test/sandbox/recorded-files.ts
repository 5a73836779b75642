import { readFileSync } from 'node:fs'

/** A file of a recorded state, as text. */
export function recordedState(state: string, file: string): string {
  return readFileSync(new URL(`../fixtures/states/${state}/${file}`, import.meta.url), 'utf8')
}
