import type { OptionSpec } from '../cli/command.ts'

/** `--instance-timeout` of the commands that ask every instance. */
export const instanceTimeoutOption: OptionSpec = {
  name: 'instance-timeout',
  type: 'duration',
  value: 'DURATION',
  default: 3000,
  summary: 'How long to wait for one instance',
}
