import { visible } from '../../api/visible-text.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Filter, Operand, Operator, Path, Step, Template } from './template.ts'

/**
 * Fills a template from a plain value, as kubectl does: the results of one action are separated by blanks, lists and
 * objects are JSON on one line, what is not there is nothing. Texts of the value are made safe for a terminal; line feeds
 * and tabs stay. Throws CliError for an index beyond the end of a list and for a comparison of different types.
 */
export function renderTemplate(template: Template, value: unknown): string {
  return template
    .map((node) => {
      switch (node.kind) {
        case 'text':
          return node.text
        case 'path':
          return select(node.path, value).map(textOf).join(' ')
        case 'range':
          return select(node.path, value)
            .map((item) => renderTemplate(node.body, item))
            .join('')
      }
    })
    .join('')
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text
    .split('\t')
    .map((part) => visible(part, { newlines: 'keep' }))
    .join('\t')
}

/** What a path finds, in the order of the value; `strict`: an index beyond the end of a list is an error. */
function select(path: Path, value: unknown, strict = true): unknown[] {
  return path.reduce<unknown[]>((values, step) => (values.length === 0 ? [] : take(step, values, strict)), [value])
}

function take(step: Step, values: readonly unknown[], strict: boolean): unknown[] {
  switch (step.kind) {
    case 'field':
      return step.names.flatMap((name) => values.flatMap((value) => member(value, name)))
    case 'index':
      return step.indexes.flatMap((index) => values.filter(isList).flatMap((list) => at(list, index, strict)))
    case 'slice':
      return values
        .filter(isList)
        .flatMap((list) => list.slice(step.from, step.to).filter((_, index) => index % step.step === 0))
    case 'every':
      return values.flatMap(children)
    case 'inside':
      return values.flatMap(inside)
    case 'filter':
      return values.filter(isList).flatMap((list) => list.filter((item) => passes(step.test, item)))
  }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** Own members only: a template must not reach what every object inherits. */
function member(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return []
  return [(value as Record<string, unknown>)[name]]
}

function at(list: readonly unknown[], index: number, strict: boolean): unknown[] {
  if (index < list.length && index >= -list.length) return [list.at(index)]
  if (!strict) return []
  throw new CliError({
    kind: 'failed',
    message: `the template asks for item ${index} of a list of ${list.length}`,
    hint: 'Name the items by [*], by a slice such as [0:1], or by a filter such as [?(@.name=="NAME")].',
  })
}

function children(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : []
}

/** The value and the lists and objects inside it, those without members left out. */
function inside(value: unknown): unknown[] {
  const within = children(value)
  return within.length === 0 ? [] : [value, ...within.flatMap(inside)]
}

function passes({ left, comparison }: Filter, item: unknown): boolean {
  const first = operand(left, item)
  if (comparison === undefined) return first.length > 0
  const second = operand(comparison.right, item)
  // What is not there is like nothing, not even like itself.
  if (first.length === 0 || second.length === 0) return false
  return first.some((one) => second.some((other) => compare(one, comparison.operator, other)))
}

function operand(side: Operand, item: unknown): unknown[] {
  return side.kind === 'literal' ? [side.value] : select(side.path, item, false)
}

function compare(left: unknown, operator: Operator, right: unknown): boolean {
  if (operator === '==' && (left === null || right === null)) return left === right
  if (operator === '!=' && (left === null || right === null)) return left !== right
  if (left === null || right === null) return false
  if (!isComparable(left) || !isComparable(right) || typeof left !== typeof right) throw incomparable(left, right)
  switch (operator) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
  }
}

function isComparable(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function incomparable(left: unknown, right: unknown): CliError {
  return new CliError({
    kind: 'usage',
    message: `the template compares ${JSON.stringify(left)} with ${JSON.stringify(right)}`,
    hint: 'Both sides have to be of one type: numbers, true and false stand without quotes, texts with them.',
  })
}
