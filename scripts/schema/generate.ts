import ts from 'typescript'

/** A JSON schema, draft 2020-12. */
export type Schema = Readonly<Record<string, unknown>>

export interface SchemaSource {
  /** Absolute path of the TypeScript file that exports the type. */
  file: string
  type: string
  /** Keys put before the generated ones: `$id`, `title`. */
  head: Schema
  compilerOptions: ts.CompilerOptions
  /** True for the source files whose types admit members that they do not declare. */
  isOpen: (path: string) => boolean
}

/**
 * Writes an exported type as JSON schema: named types become `$defs` with their doc comments, optional members are not
 * required. Members of closed types are all there may be. Throws for types that JSON cannot hold.
 */
export function generateSchema(source: SchemaSource): Schema {
  const program = ts.createProgram([source.file], { ...source.compilerOptions, noEmit: true })
  const file = program.getSourceFile(source.file)
  if (file === undefined) throw new Error(`there is no file ${source.file}`)
  const [mistake] = program.getSemanticDiagnostics(file)
  if (mistake !== undefined) throw new Error(ts.flattenDiagnosticMessageText(mistake.messageText, '\n'))
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(file)
  const symbol = module && checker.getExportsOfModule(module).find(({ name }) => name === source.type)
  if (symbol === undefined) throw new Error(`${source.file} exports no type ${source.type}`)
  return new Generator(checker, file, source.isOpen).document(symbol, source.head)
}

class Generator {
  private readonly checker: ts.TypeChecker
  private readonly place: ts.Node
  private readonly isOpen: (path: string) => boolean
  private readonly definitions = new Map<string, Schema>()
  private readonly names = new Map<ts.Type, string>()

  constructor(checker: ts.TypeChecker, place: ts.Node, isOpen: (path: string) => boolean) {
    this.checker = checker
    this.place = place
    this.isOpen = isOpen
  }

  document(symbol: ts.Symbol, head: Schema): Schema {
    const root = this.object(this.checker.getDeclaredTypeOfSymbol(symbol))
    const definitions = [...this.definitions].sort(([a], [b]) => (a < b ? -1 : 1))
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      ...head,
      ...this.description(symbol),
      ...root,
      $defs: Object.fromEntries(definitions),
    }
  }

  private schema(type: ts.Type): Schema {
    if (type.isUnion()) return this.union(type)
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value }
    const { flags } = type
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) {
      return flags & ts.TypeFlags.NonPrimitive ? { type: 'object' } : {}
    }
    if (flags & ts.TypeFlags.Never) return { not: {} }
    if (flags & ts.TypeFlags.String) return { type: 'string' }
    if (flags & ts.TypeFlags.Number) return { type: 'number' }
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' }
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === 'true' }
    if (flags & ts.TypeFlags.Null) return { type: 'null' }
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return this.structure(type)
    throw new Error(`JSON holds nothing like ${this.checker.typeToString(type)}`)
  }

  /** What an absent member is, is said by `required`; the rest is an enumeration, a list of simple types, or any of. */
  private union(type: ts.UnionType): Schema {
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' }
    const parts = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined))
    const literals = parts.flatMap((part) => (part.isStringLiteral() || part.isNumberLiteral() ? [part.value] : []))
    const nullable = parts.some(({ flags }) => flags & ts.TypeFlags.Null)
    if (literals.length > 1 && literals.length + Number(nullable) === parts.length) {
      return { enum: [...literals.sort(), ...(nullable ? [null] : [])] }
    }
    const members = parts.map((part) => this.schema(this.wholeBoolean(part, parts)))
    const schemas = ordered(members)
    const [only] = schemas
    if (schemas.length === 1 && only !== undefined) return only
    const simple = schemas.every((each) => Object.keys(each).length === 1 && typeof each['type'] === 'string')
    return simple ? { type: schemas.map((each) => each['type']) } : { anyOf: schemas }
  }

  /** `boolean` in a wider union is there as its two values. */
  private wholeBoolean(part: ts.Type, parts: readonly ts.Type[]): ts.Type {
    const isHalf = ({ flags }: ts.Type) => (flags & ts.TypeFlags.BooleanLiteral) !== 0
    return isHalf(part) && parts.filter(isHalf).length === 2 ? this.checker.getBooleanType() : part
  }

  private structure(type: ts.Type): Schema {
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference)
      return { type: 'array', items: item === undefined ? {} : this.schema(item) }
    }
    if (type.getCallSignatures().length > 0)
      throw new Error(`JSON holds no function ${this.checker.typeToString(type)}`)
    const name = this.nameOf(type)
    if (name === undefined) return this.object(type)
    if (this.names.get(type) === undefined) {
      if (this.definitions.has(name)) throw new Error(`two types are called ${name}`)
      this.names.set(type, name)
      this.definitions.set(name, {})
      this.definitions.set(name, { ...this.description(symbolOf(type)!), ...this.object(type) })
    }
    return { $ref: `#/$defs/${name}` }
  }

  /** `Listing<Schedule>` is called ListingOfSchedule; types without a name, and TypeScript's own, stand where they are used. */
  private nameOf(type: ts.Type): string | undefined {
    const symbol = symbolOf(type)
    const [declaration] = symbol?.declarations ?? []
    const named = declaration && (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration))
    if (!symbol || !named || declaration.getSourceFile().fileName.includes('/node_modules/')) return undefined
    const args = type.aliasTypeArguments ?? this.typeArguments(type)
    return [symbol.name, ...args.map((arg) => this.nameOf(arg) ?? this.checker.typeToString(arg))].join('Of')
  }

  private typeArguments(type: ts.Type): readonly ts.Type[] {
    if (!('target' in type)) return []
    const reference = type as unknown as ts.TypeReference
    return this.checker.getTypeArguments(reference).slice(0, reference.target.typeParameters?.length ?? 0)
  }

  private object(type: ts.Type): Schema {
    const properties: Record<string, Schema> = {}
    const required: string[] = []
    for (const symbol of this.checker.getPropertiesOfType(type)) {
      const member = this.checker.getTypeOfSymbolAtLocation(symbol, this.place)
      properties[symbol.name] = { ...this.description(symbol), ...this.schema(member) }
      if (!(symbol.flags & ts.SymbolFlags.Optional)) required.push(symbol.name)
    }
    const index = this.checker.getIndexInfoOfType(type, ts.IndexKind.String)
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 ? { properties } : {}),
      ...(required.length > 0 ? { required } : {}),
      ...(index ? { additionalProperties: this.schema(index.type) } : this.closing(type)),
    }
  }

  /** A type is as open as those that it takes members from. */
  private closing(type: ts.Type): Schema {
    const symbols = [symbolOf(type), ...this.checker.getPropertiesOfType(type)]
    const declarations = symbols.flatMap((symbol) => symbol?.declarations ?? [])
    const open = declarations.some((declaration) => this.isOpen(declaration.getSourceFile().fileName))
    return open ? {} : { additionalProperties: false }
  }

  /** The doc comment without its links, and without references to files of ours. */
  private description(symbol: ts.Symbol): Schema {
    const text = ts
      .displayPartsToString(symbol.getDocumentationComment(this.checker))
      .replace(/\{@link ([^}]+)\}/g, '$1')
      .replace(/\s+/g, ' ')
      .replace(/ \([^()]*\.(?:md|ts)\b[^()]*\)/g, '')
      .trim()
    return text === '' ? {} : { description: text }
  }
}

/**
 * Each once, null last. The compiler's own order depends on which type it met first, anywhere in the program.
 */
function ordered(schemas: readonly Schema[]): Schema[] {
  const byText = new Map(schemas.map((each) => [JSON.stringify(each), each]))
  const isNull = (text: string) => Number(text === '{"type":"null"}')
  return [...byText].sort(([a], [b]) => isNull(a) - isNull(b) || (a < b ? -1 : 1)).map(([, schema]) => schema)
}

/** Its alias, else its own; intersections without an alias have none, whatever the types of the compiler say. */
function symbolOf(type: ts.Type): ts.Symbol | undefined {
  return type.aliasSymbol ?? type.symbol
}
