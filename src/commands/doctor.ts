import { CNPG_GROUP } from '../api/constants.ts'
import type { Command, CommandEntry } from '../cli/command.ts'
import { Exit } from '../errors/exit-codes.ts'
import { instanceTimeoutOption } from './instance-timeout.ts'
import { outputOption } from './output-options.ts'

/**
 * The command that looks at what all others depend on.
 *
 * @param table all verbs, whose rights it asks for; a function, as it is one of them
 */
export function doctorCommand(table: () => readonly CommandEntry[]): Command {
  return {
    name: 'doctor',
    group: 'Troubleshooting',
    summary: 'Look for what keeps this program from working',
    description:
      'Looks at kubeconfig, server, TLS, clock and versions, then at what you may do, command by command, and at the ways to the instances. ' +
      'Nothing is changed. With -o yaml it prints the role that lets its holder use the commands; no server is asked for that.',
    args: [
      {
        name: 'CLUSTER',
        summary: 'Try the ways to its instances only; without it those of all clusters of the namespace',
        required: false,
        completer: 'cluster',
      },
    ],
    options: [
      { ...outputOption(['text', 'json', 'yaml']), summary: 'Form of the output; yaml is the role' },
      {
        name: 'for',
        type: 'list',
        value: 'COMMAND',
        completer: 'verb',
        summary: 'These commands only; repeatable, or with commas',
      },
      { name: 'all-namespaces', short: 'A', type: 'boolean', summary: 'Rights in all namespaces instead of one' },
      instanceTimeoutOption,
    ],
    examples: [
      { summary: 'What is wrong here?', line: 'doctor' },
      { summary: 'Why does mycluster not answer?', line: 'doctor mycluster' },
      { summary: 'The least role for somebody who only looks', line: 'doctor -o yaml --for status,check' },
    ],
    rights: [
      {
        group: CNPG_GROUP,
        resource: 'clusters',
        verbs: ['get', 'list'],
        without: 'the ways to the instances are not tried',
      },
      { group: '', resource: 'pods', verbs: ['list'], without: 'the instances are known by name only' },
      {
        group: 'apps',
        resource: 'deployments',
        verbs: ['list'],
        without: 'the operator is not looked at',
        clusterScope: true,
      },
    ],
    changes: false,
    defaultTimeoutMs: 15_000,
    exitCodes: [
      { code: Exit.ok, meaning: 'nothing is to be mended' },
      {
        code: Exit.failed,
        meaning:
          'something is: the connection, the operator, an instance that no way leads to, or a command of --for (else status) that may not be used',
      },
    ],
    run: async (invocation, context) =>
      (await import('./doctor/run-doctor.ts')).runDoctor(table(), invocation, context),
  }
}
