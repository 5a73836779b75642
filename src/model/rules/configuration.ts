import type { ClusterStatus, InstanceState } from '../cluster-status.ts'
import { restartIsWith } from './rollouts.ts'
import type { Hit, Rule } from './types.ts'
import { command, names, quote } from './words.ts'

/** Settings that are not live, and some that cannot be. */
export const CONFIGURATION_RULES: readonly Rule[] = [
  {
    id: 'configuration-error',
    title: 'error in the configuration files',
    scope: 'instance',
    severities: ['warning'],
    blocks: { promote: 'force', restart: 'force' },
    cause:
      'PostgreSQL cannot take a value of its files over, for example a word where a number belongs. Only the view pg_file_settings knows.',
    consequence: 'The setting has no effect, and the server will not start again after a restart.',
    next: [
      'kubectl cnpg psql CLUSTER -- -c "SELECT sourcefile, sourceline, name, error FROM pg_file_settings WHERE error IS NOT NULL"',
    ],
    test: fileErrors,
  },
  {
    id: 'pending-restart',
    title: 'restart pending',
    scope: 'instance',
    severities: ['warning', 'info'],
    cause: 'A parameter was changed that takes effect at a restart only.',
    consequence: 'The instances run with the old value.',
    next: ['kubectl cnpg restart CLUSTER'],
    test: pendingRestart,
  },
]

/** One finding per set of parameters: as a rule all instances wait for the same. */
function pendingRestart(status: ClusterStatus): Hit[] {
  const waiting = status.instances.filter(
    (instance) => instance.pendingRestart === true || instance.pendingRestartForDecrease === true,
  )
  const byParameters = new Map<string, InstanceState[]>()
  for (const instance of waiting) {
    const parameters = (instance.pendingSettings ?? [])
      .map(({ name, current, pending }) => `${name} ${current} -> ${pending ?? '?'}`)
      .join(', ')
    byParameters.set(parameters, [...(byParameters.get(parameters) ?? []), instance])
  }
  // Who could not be asked for the parameters most likely waits for those of the others.
  const unnamed = byParameters.get('') ?? []
  const named = [...byParameters].filter(([parameters]) => parameters !== '')
  const groups: [string, InstanceState[]][] =
    named.length === 1
      ? [[named[0]![0], waiting]]
      : [...named, ...(unnamed.length > 0 ? [['', unnamed] as [string, InstanceState[]]] : [])]
  const seesToIt = restartIsWith(status)
  return groups.map(([parameters, instances]) => {
    const list = instances.map(({ name }) => name)
    const which = parameters === '' ? '' : `: ${parameters}`
    const message = `${names(list)} ${list.length === 1 ? 'waits' : 'wait'} for a restart${which}`
    if (seesToIt === 'operator') {
      const text = `${message}; the operator restarts one instance after the other`
      return { severity: 'info', message: text, objects: list, command: null }
    }
    // A restart of all is not what the other finding says.
    if (seesToIt === 'user') return { severity: 'warning', message, objects: list, command: null }
    const one = list.length === 1 ? command(status, 'kubectl cnpg restart CLUSTER INSTANCE', list[0]) : null
    return { severity: 'warning', message, objects: list, ...(one === null ? {} : { command: one }) }
  })
}

function fileErrors(status: ClusterStatus): Hit[] {
  const byError = new Map<string, string[]>()
  for (const { name, configurationErrors } of status.instances) {
    for (const { file, line, name: setting, error } of configurationErrors ?? []) {
      const place = `${file.split('/').at(-1)}${line === null ? '' : ` line ${line}`}`
      const text = `${setting ? `${setting}: ` : ''}${quote(error)} (${place})`
      byError.set(text, [...(byError.get(text) ?? []), name])
    }
  }
  return [...byError].map(([text, instances]) => ({
    severity: 'warning',
    message: `error in the configuration of ${names(instances)}: ${text}`,
    objects: instances,
  }))
}
