import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import ts from 'typescript'

export interface SourceFile {
  /** Path below `src/`, with slashes. */
  path: string
  text: string
  /** Paths below `src/` of the files it imports: statically, dynamically, or as types. */
  imports: string[]
  /** The same without those that vanish at run time. */
  runtimeImports: string[]
  /** Packages it imports, without the path inside them. */
  packages: string[]
  /** Node's own modules it imports, without `node:`. */
  builtins: string[]
}

const BUILTINS = new Set(builtinModules)

/** All TypeScript files below a folder, with what they import. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => readSource(folder, name))
}

function readSource(folder: string, name: string): SourceFile {
  const text = readFileSync(join(folder, name), 'utf8')
  const source: SourceFile = {
    path: name.split(sep).join('/'),
    text,
    imports: [],
    runtimeImports: [],
    packages: [],
    builtins: [],
  }
  for (const { target, typeOnly } of importsOf(name, text)) {
    const bare = target.replace(/^node:/, '')
    if (target.startsWith('.')) {
      const path = relative(folder, join(folder, dirname(name), target))
        .split(sep)
        .join('/')
      source.imports.push(path)
      if (!typeOnly) source.runtimeImports.push(path)
    } else if (target.startsWith('node:') || BUILTINS.has(bare)) {
      source.builtins.push(bare)
    } else {
      source.packages.push(
        target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? ''),
      )
    }
  }
  return source
}

interface Import {
  target: string
  typeOnly: boolean
}

function importsOf(name: string, text: string): Import[] {
  const found: Import[] = []
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      found.push({ target: node.moduleSpecifier.text, typeOnly })
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ target: node.moduleSpecifier.text, typeOnly: node.isTypeOnly })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments
      if (target !== undefined && ts.isStringLiteral(target)) found.push({ target: target.text, typeOnly: false })
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument
      if (ts.isStringLiteral(literal)) found.push({ target: literal.text, typeOnly: true })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(name, text, ts.ScriptTarget.ES2023))
  return found
}
