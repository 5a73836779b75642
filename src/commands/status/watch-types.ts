import type { Context, Invocation } from '../../cli/command.ts'
import type { Bell } from '../../snapshot/bell.ts'
import type { ClusterObserver } from '../../snapshot/observer.ts'
import type { Output } from '../output-options.ts'
import type { LookOptions } from './look-options.ts'

/** A watch under way, for those who show it. */
export interface Watch {
  observer: ClusterObserver
  /** Rings when there may be something new. */
  bell: Bell
  signal: AbortSignal
  intervalMs: number
  output: Output
  look: LookOptions
  invocation: Invocation
  context: Context
}
