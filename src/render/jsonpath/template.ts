/**
 * A parsed template in kubectl's JSONPath dialect (kubernetes.io, "JSONPath Support"): text around actions in braces.
 * The dialect is not that of the JSONPath libraries: it has text, `range` and `end`, escaped dots and one comparison
 * in a filter, and `$` means the current object as `@` does.
 */
export type Template = readonly TemplateNode[]

export type TemplateNode =
  { kind: 'text'; text: string } | { kind: 'path'; path: Path } | { kind: 'range'; path: Path; body: Template }

export type Path = readonly Step[]

export type Step =
  | { kind: 'field'; names: readonly string[] }
  | { kind: 'index'; indexes: readonly number[] }
  | { kind: 'slice'; from: number | undefined; to: number | undefined; step: number }
  | { kind: 'every' }
  /** The value and all lists and objects inside it. */
  | { kind: 'inside' }
  | { kind: 'filter'; test: Filter }

export interface Filter {
  left: Operand
  /** Absent: the left side has to be there. */
  comparison?: { operator: Operator; right: Operand }
}

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>='

export type Operand = { kind: 'path'; path: Path } | { kind: 'literal'; value: Literal }

export type Literal = string | number | boolean | null
