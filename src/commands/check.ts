import type { Command } from '../cli/command.ts'
import { MonitoringExit } from '../errors/exit-codes.ts'
import { checkOptions, TIMEOUT_MS } from './check/options.ts'
import { statusRights } from './status/rights.ts'

const check: Command = {
  name: 'check',
  group: 'Troubleshooting',
  summary: 'Check clusters for cron or a monitoring system',
  description:
    'Judges clusters by the findings of status and answers as monitoring plugins do: one line with the state, a sentence and ' +
    'performance data, more lines below, and the state as the exit code.\n' +
    'All goes to stdout. What it cannot know is UNKNOWN, never OK: a missing right, a server that is not reached, the end of ' +
    '--timeout, a mistake in the command line.',
  args: [
    {
      name: 'CLUSTER',
      summary: 'Names of clusters; without any those of the namespace',
      required: false,
      variadic: true,
      completer: 'cluster',
    },
  ],
  options: checkOptions,
  examples: [
    { summary: 'Is it well?', line: 'check mycluster' },
    { summary: 'All clusters, in one line for the monitoring system', line: 'check -A' },
    {
      summary: 'Only replication, with other thresholds',
      line: 'check mycluster --only replica-lag --lag-bytes 64MB,1GB',
    },
  ],
  rights: statusRights,
  changes: false,
  defaultTimeoutMs: TIMEOUT_MS,
  // At its end there is still something to say.
  ownTimeout: true,
  exitCodes: [
    { code: MonitoringExit.ok, meaning: 'OK: no finding that is more than a note' },
    { code: MonitoringExit.warning, meaning: 'WARNING' },
    { code: MonitoringExit.critical, meaning: 'CRITICAL' },
    {
      code: MonitoringExit.unknown,
      meaning: 'UNKNOWN: something could not be read, also a mistake in the command line',
    },
  ],
  monitoring: 'always',
  run: async (invocation, context) => (await import('./check/run-check.ts')).runCheck(invocation, context),
}

export default check
