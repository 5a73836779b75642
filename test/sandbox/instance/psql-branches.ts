/** What `\if`, `\elif`, `\else` and `\endif` leave out of a script. */
export class Branches {
  readonly #open: { active: boolean; taken: boolean }[] = []
  readonly #variables: Readonly<Record<string, string>>

  /** @param variables read at each condition, so that `\gset` counts */
  constructor(variables: Readonly<Record<string, string>>) {
    this.#variables = variables
  }

  /** Whether what stands here is to be run. */
  get running(): boolean {
    return this.#open.every(({ active }) => active)
  }

  /** Takes a statement that decides what is run; false for any other. */
  take(statement: string): boolean {
    const [, keyword, condition = ''] = /^\\(if|elif|else|endif)\b\s*(.*)$/.exec(statement) ?? []
    if (keyword === undefined) return false
    const innermost = this.#open.at(-1)
    if (keyword === 'if') {
      const active = this.#holds(condition)
      this.#open.push({ active, taken: active })
    } else if (keyword === 'endif') this.#open.pop()
    else if (innermost !== undefined) {
      innermost.active = !innermost.taken && (keyword === 'else' || this.#holds(condition))
      innermost.taken ||= innermost.active
    }
    return true
  }

  #holds(condition: string): boolean {
    const word = condition.trim()
    const value = word.startsWith(':') ? (this.#variables[word.slice(1)] ?? '') : word
    return /^(t|true|on|yes|1)$/i.test(value)
  }
}
