import { isBuiltin } from 'node:module'

/** How esbuild loads a module of the runtime that an ES module imports: with a default or namespace import through __toESM. */
const LOADED_AT_ONCE = /\b(import_\w+)=(?:__toESM\(require\("([\w:/]+)"\)(?:,1)?\)|require\("([\w:/]+)"\))/g

/**
 * Puts off the loading of the runtime's own modules until one of their members is first used. Each costs up to some
 * milliseconds, `node:process` most of all, since __toESM reads all its members and so opens the three streams.
 */
export function loadBuiltinsLate(code: string): string {
  return code.replace(
    LOADED_AT_ONCE,
    (whole, variable: string, wrapped: string | undefined, plain: string | undefined) => {
      const name = wrapped ?? plain ?? ''
      return isBuiltin(name) ? `${variable}=__builtin(()=>require("${name}"))` : whole
    },
  )
}

/** Defines what {@link loadBuiltinsLate} writes; has to stand before the code. */
export const BUILTIN_HELPER =
  'var __builtin=load=>{let loaded;return new Proxy({},{get:(_,name)=>{loaded??=load();return name==="default"?loaded:loaded[name]}})};'
