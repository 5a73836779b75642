import type { Painter } from '../host/types.ts'

export interface TextOptions {
  painter: Painter
  /** Columns of the terminal; undefined on a pipe, where nothing is folded. */
  width: number | undefined
  /** Leaves out titles of tables (`--no-headers`). */
  headers?: boolean
}
