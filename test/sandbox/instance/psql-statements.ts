/**
 * The statements of a script, without their semicolons: split outside of quotes, dollar quotes, comments and parentheses, with the
 * variables `:name`, `:'name'` and `:"name"` put in. A line that begins with a backslash is a statement of its own.
 */
export function splitStatements(script: string, variables: Readonly<Record<string, string>> = {}): string[] {
  const statements: string[] = []
  let current = ''
  const flush = () => {
    if (current.trim() !== '') statements.push(current.trim())
    current = ''
  }
  const token =
    /\\[^\n]*|--[^\n]*|\/\*[\s\S]*?\*\/|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1|::|:'(\w+)'|:"(\w+)"|:(\w+)|;|[\s\S]/g
  for (const [text, , literal, identifier, plain] of script.matchAll(token)) {
    if (text === ';') flush()
    else if (text.startsWith('\\')) {
      flush()
      statements.push(text.trim())
    } else if (text.startsWith('--')) continue
    else if (literal !== undefined)
      current += value(variables, literal, text, (found) => `'${found.replaceAll("'", "''")}'`)
    else if (identifier !== undefined)
      current += value(variables, identifier, text, (found) => `"${found.replaceAll('"', '""')}"`)
    else if (plain !== undefined) current += value(variables, plain, text, (found) => found)
    else current += text
  }
  flush()
  return statements
}

function value(
  variables: Readonly<Record<string, string>>,
  name: string,
  text: string,
  quote: (found: string) => string,
): string {
  const found = variables[name]
  return found === undefined ? text : quote(found)
}
