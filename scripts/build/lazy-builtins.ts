import { isBuiltin } from 'node:module'

/** How esbuild loads a module of the runtime that an ES module imports: with a default or namespace import through __toESM. */
const LOADED_AT_ONCE = /\b(\w+)=__toESM\(require\("([\w:/]+)"\)(?:,1)?\)|\b(import_\w+)=require\("([\w:/]+)"\)/g

/**
 * Puts off the loading of the runtime's own modules until one of their members is first used. Each costs up to some
 * milliseconds, `node:process` most of all, since __toESM reads all its members and so opens the three streams.
 */
export function loadBuiltinsLate(code: string): string {
  return code.replace(
    LOADED_AT_ONCE,
    (whole, wrapped?: string, wrappedName?: string, plain?: string, plainName?: string) => {
      const name = wrappedName ?? plainName ?? ''
      return isBuiltin(name) ? `${wrapped ?? plain}=__builtin(()=>require("${name}"))` : whole
    },
  )
}

/** Defines what {@link loadBuiltinsLate} writes; has to stand before the code. */
export const BUILTIN_HELPER =
  'var __builtin=load=>{let loaded;return new Proxy({},{get:(_,name)=>{loaded??=load();return name==="default"?loaded:loaded[name]}})};'
