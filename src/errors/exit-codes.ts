/** The published exit codes (README, "Exit codes"). Monitoring commands use {@link MonitoringExit} instead. */
export const Exit = {
  ok: 0,
  failed: 1,
  usage: 2,
  timeout: 124,
} as const

/** Exit codes of `check` and `status --exit-code`, from the Monitoring Plugins guidelines. */
export const MonitoringExit = {
  ok: 0,
  warning: 1,
  critical: 2,
  unknown: 3,
} as const

/** Exit code of a process ended by a signal, as a shell reports it: 128 + the signal's number. */
export function exitOfSignal(signalNumber: number): number {
  return 128 + signalNumber
}
