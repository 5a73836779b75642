import { Scanner } from './scanner.ts'
import { parsePath } from './parse-path.ts'
import type { Path, Template, TemplateNode } from './template.ts'

/** Reads a template in kubectl's JSONPath dialect. Throws CliError of kind usage that says where it makes no sense. */
export function parseTemplate(source: string): Template {
  return parseNodes(new Scanner(source), false)
}

/** Up to the end of the template, or of the range around it. */
function parseNodes(scanner: Scanner, inRange: boolean): Template {
  const nodes: TemplateNode[] = []
  for (;;) {
    const text = scanner.match(/[^{]+/y)
    if (text !== undefined) nodes.push({ kind: 'text', text })
    if (scanner.atEnd) {
      if (inRange) throw scanner.error('a {range} has no {end}')
      return nodes
    }
    scanner.expect('{', 'text')
    scanner.skipBlanks()
    if (scanner.match(/end(?=[\s}])/y) !== undefined) {
      if (!inRange) throw scanner.error('this {end} has no {range}')
      closeAction(scanner)
      return nodes
    }
    nodes.push(...parseAction(scanner))
  }
}

function parseAction(scanner: Scanner): TemplateNode[] {
  if (scanner.match(/range(?![\w-])/y) !== undefined) {
    scanner.skipBlanks()
    const path = parsePath(scanner)
    closeAction(scanner)
    return [{ kind: 'range', path, body: parseNodes(scanner, true) }]
  }
  const literal = parseLiterals(scanner)
  if (literal !== undefined) {
    closeAction(scanner)
    return [{ kind: 'text', text: literal }]
  }
  const path: Path = parsePath(scanner)
  closeAction(scanner)
  return [{ kind: 'path', path }]
}

/** Quoted texts, numbers and truth values stand for themselves. */
function parseLiterals(scanner: Scanner): string | undefined {
  let text: string | undefined
  for (;;) {
    const next = scanner.quoted() ?? scanner.match(/[+-]?\d+(?:\.\d+)?|(?:true|false)(?![\w-])/y)
    if (next === undefined) return text
    text = (text ?? '') + next
    scanner.skipBlanks()
  }
}

function closeAction(scanner: Scanner): void {
  scanner.skipBlanks()
  const word = scanner.match(/[\w-]+(?=[^]*\})/y)
  if (word !== undefined) throw scanner.error(`"${word}" is no path`, `A path begins with a dot: {.${word}}`)
  scanner.expect('}', 'an action')
}
