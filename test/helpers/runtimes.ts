import { bunExecutable } from '../../scripts/build/bun.ts'

/** What runs the program: Node the bundle, Bun the executable. Both run our sources as they are. */
export const RUNTIMES: readonly [name: string, path: string][] = [
  ['Node', process.execPath],
  ['Bun', bunExecutable()],
]
