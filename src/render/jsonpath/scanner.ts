import { CliError } from '../../errors/cli-error.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
}

/** Reads a template from left to right. */
export class Scanner {
  readonly source: string
  private position = 0

  constructor(source: string) {
    this.source = source
  }

  get atEnd(): boolean {
    return this.position >= this.source.length
  }

  /** Goes past `text` when it comes next. */
  take(text: string): boolean {
    if (!this.source.startsWith(text, this.position)) return false
    this.position += text.length
    return true
  }

  /** Goes past what a sticky pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position
    const [found] = pattern.exec(this.source) ?? []
    this.position += found?.length ?? 0
    return found
  }

  /** Does a sticky pattern match here? */
  ahead(pattern: RegExp): boolean {
    pattern.lastIndex = this.position
    return pattern.test(this.source)
  }

  skipBlanks(): void {
    this.match(/\s*/y)
  }

  expect(text: string, what: string): void {
    if (!this.take(text)) throw this.error(`${what} is not closed with "${text}"`)
  }

  /** A text in single or double quotes with the escapes of Go; undefined when there is none here. */
  quoted(): string | undefined {
    const found = this.match(/"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y)
    if (found === undefined) {
      if (/["']/.test(this.source.charAt(this.position))) throw this.error('a quoted text is not closed')
      return undefined
    }
    return found.slice(1, -1).replace(/\\(u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|[^])/g, (_match, code: string) => {
      if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
      return ESCAPES[code] ?? code
    })
  }

  /** The complaint about what stands here. */
  error(problem: string, hint = 'For example: -o jsonpath=\'{range .instances[*]}{.name}{"\\n"}{end}\''): CliError {
    const message = `the template ${this.source} cannot be read: ${problem}, at character ${this.position + 1}`
    return new CliError({ kind: 'usage', message, hint })
  }
}
