import type { Scanner } from './scanner.ts'
import type { Filter, Literal, Operand, Operator, Path, Step } from './template.ts'

/** A field's name ends at these; a backslash takes one of them in. */
const NAME = /(?:\\[^]|[^\s.,[\]$@{}()=!<>])*/y
/** As above, where operators may be part of a name. */
const PLAIN_NAME = /(?:\\[^]|[^\s.,[\]$@{}])*/y

/** The steps of a path, none for the current object itself. */
export function parsePath(scanner: Scanner, inFilter = false): Path {
  const steps: Step[] = []
  for (;;) {
    if (!inFilter) scanner.skipBlanks()
    if (scanner.take('@') || scanner.take('$')) continue
    if (scanner.take('..')) {
      steps.push({ kind: 'inside' })
      const name = fieldName(scanner, inFilter)
      if (name !== '') steps.push(fieldOrEvery(name))
    } else if (scanner.take('.')) {
      steps.push(fieldOrEvery(fieldName(scanner, inFilter)))
    } else if (scanner.take('[?(')) {
      steps.push({ kind: 'filter', test: parseFilter(scanner) })
    } else if (scanner.take('[')) {
      steps.push(parseBrackets(scanner))
    } else {
      return steps
    }
  }
}

function fieldName(scanner: Scanner, inFilter: boolean): string {
  return (scanner.match(inFilter ? NAME : PLAIN_NAME) ?? '').replace(/\\([^])/g, '$1')
}

function fieldOrEvery(name: string): Step {
  return name === '*' ? { kind: 'every' } : { kind: 'field', names: [name] }
}

/** `[*]`, `[0]`, `[0,2]`, `[0:3:2]`, `['name']` or `['a','b']`. */
function parseBrackets(scanner: Scanner): Step {
  scanner.skipBlanks()
  const step = scanner.take('*') ? ({ kind: 'every' } as const) : (parseNames(scanner) ?? parseNumbers(scanner))
  scanner.skipBlanks()
  scanner.expect(']', 'a bracket')
  return step
}

function parseNames(scanner: Scanner): Step | undefined {
  const names: string[] = []
  do {
    scanner.skipBlanks()
    const name = scanner.quoted()
    if (name !== undefined) names.push(name)
    else if (names.length === 0) return undefined
    else throw scanner.error('a name in quotes is missing')
    scanner.skipBlanks()
  } while (scanner.take(','))
  return { kind: 'field', names }
}

function parseNumbers(scanner: Scanner): Step {
  const first = parseInteger(scanner)
  if (scanner.take(':')) {
    const to = parseInteger(scanner)
    const step = scanner.take(':') ? (parseInteger(scanner) ?? 1) : 1
    if (step < 1) throw scanner.error('the step of a slice has to be 1 or more')
    return { kind: 'slice', from: first, to, step }
  }
  if (first === undefined) throw scanner.error('an index, a name in quotes or * is missing')
  const indexes = [first]
  while (scanner.take(',')) {
    const next = parseInteger(scanner)
    if (next === undefined) throw scanner.error('an index is missing')
    indexes.push(next)
  }
  return { kind: 'index', indexes }
}

function parseInteger(scanner: Scanner): number | undefined {
  scanner.skipBlanks()
  const digits = scanner.match(/[+-]?\d+/y)
  scanner.skipBlanks()
  return digits === undefined ? undefined : Number(digits)
}

function parseFilter(scanner: Scanner): Filter {
  const left = parseOperand(scanner)
  const operator = scanner.match(/==|!=|<=|>=|<|>/y) as Operator | undefined
  const test = operator === undefined ? { left } : { left, comparison: { operator, right: parseOperand(scanner) } }
  if (scanner.match(/&&|\|\|/y) !== undefined) throw scanner.error('a filter compares once only')
  scanner.expect(')]', 'a filter')
  return test
}

function parseOperand(scanner: Scanner): Operand {
  scanner.skipBlanks()
  const operand = parseConstant(scanner) ?? parseOperandPath(scanner)
  scanner.skipBlanks()
  return operand
}

function parseConstant(scanner: Scanner): Operand | undefined {
  const text = scanner.quoted()
  if (text !== undefined) return { kind: 'literal', value: text }
  const found = scanner.match(/[+-]?\d+(?:\.\d+)?|(?:true|false|null)(?![\w-])/y)
  return found === undefined ? undefined : { kind: 'literal', value: JSON.parse(found.replace(/^\+/, '')) as Literal }
}

function parseOperandPath(scanner: Scanner): Operand {
  if (!scanner.ahead(/[@$.[]/y)) throw scanner.error('a path such as @.name, a number or a quoted text is missing')
  return { kind: 'path', path: parsePath(scanner, true) }
}
