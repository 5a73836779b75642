import type { OptionSpec } from '../cli/command.ts'
import { MonitoringExit } from '../errors/exit-codes.ts'
import type { Severity } from '../model/finding.ts'

/** Makes a command exit with the codes of monitoring plugins; the command names it in `monitoring`, too. */
export const exitCodeOption: OptionSpec = {
  name: 'exit-code',
  type: 'boolean',
  summary: 'Exit with 0, 1, 2 or 3 for fine, warning, critical or unknown',
}

/** The code for the worst finding (null: there is none); a mere note is fine. */
export function monitoringExit(worst: Severity | null): number {
  switch (worst) {
    case 'critical':
      return MonitoringExit.critical
    case 'warning':
      return MonitoringExit.warning
    case 'info':
    case null:
      return MonitoringExit.ok
  }
}
