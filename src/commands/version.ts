import { buildInfo } from '../api/build-info.ts'
import { CNPG_GROUP } from '../api/constants.ts'
import { visible } from '../api/visible-text.ts'
import type { Command } from '../cli/command.ts'
import { outputOption } from './output-options.ts'
import { versionLine } from './version-line.ts'
import type { RemoteVersions } from './version-remote.ts'

const command: Command = {
  name: 'version',
  group: 'Additional Commands',
  summary: 'Print the version of this program and of what it talks to',
  description:
    'Prints version, commit and build date of this program. With --remote also the versions of the operator and of the ' +
    'instance managers in the namespace; only then a server is asked.',
  args: [],
  options: [
    outputOption(['text', 'json', 'yaml']),
    { name: 'remote', type: 'boolean', summary: 'Also ask the cluster for the versions that run there' },
  ],
  examples: [
    { summary: 'The version of this program', line: 'version' },
    { summary: 'All versions that matter, for a report', line: 'version --remote -o yaml' },
  ],
  rights: [
    {
      group: 'apps',
      resource: 'deployments',
      verbs: ['list'],
      without: 'the version of the operator is not shown',
      clusterScope: true,
    },
    {
      group: CNPG_GROUP,
      resource: 'clusters',
      verbs: ['list'],
      without: 'the versions of the instance managers are not shown',
    },
    { group: '', resource: 'pods', verbs: ['list'], without: 'the versions of the instance managers are not shown' },
    {
      group: '',
      resource: 'pods/proxy',
      verbs: ['get'],
      without: "the version of an instance manager is that of its pod's annotation",
    },
  ],
  changes: false,
  defaultTimeoutMs: 10_000,
  exitCodes: [
    { code: 0, meaning: 'the versions were printed' },
    { code: 1, meaning: 'the server could not be asked' },
    { code: 124, meaning: 'the server did not answer in time' },
  ],
  async run({ options }, context) {
    const { stdout } = context.host
    const remote =
      options['remote'] === true ? await (await import('./version-remote.ts')).readRemoteVersions(context) : undefined
    const facts = { client: buildInfo, ...remote }
    switch (options['output']) {
      case 'json':
        await stdout.write((await import('../render/json.ts')).renderJson(facts))
        break
      case 'yaml':
        await stdout.write((await import('../render/yaml.ts')).renderYaml(facts))
        break
      default:
        await stdout.write(versionLine() + (remote === undefined ? '' : remoteLines(remote)))
    }
    return 0
  },
}

function remoteLines({ operators, namespace, instanceManagers }: RemoteVersions): string {
  const lines: string[] = []
  if (!Array.isArray(operators)) lines.push(`Operator: unknown (${operators.error})`)
  else if (operators.length === 0) lines.push('Operator: none found')
  else {
    for (const { version, image, namespace: place, deployment } of operators) {
      lines.push(`Operator: ${version ?? image} (deployment ${deployment} in namespace ${place})`)
    }
  }
  if (!Array.isArray(instanceManagers)) lines.push(`Instance managers: unknown (${instanceManagers.error})`)
  else if (instanceManagers.length === 0) lines.push(`Instance managers: none in namespace ${namespace}`)
  else {
    const byVersion = new Map<string, string[]>()
    for (const { pod, version, source } of instanceManagers) {
      const said = source === 'annotation' ? `${version} by annotation` : (version ?? 'unknown')
      byVersion.set(said, [...(byVersion.get(said) ?? []), pod])
    }
    for (const [version, pods] of byVersion) {
      lines.push(`Instance managers: ${version} (${pods.join(', ')} in namespace ${namespace})`)
    }
  }
  return lines.map((line) => `${visible(line)}\n`).join('')
}

export default command
