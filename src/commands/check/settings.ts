import { readFile } from 'node:fs/promises'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { parseYaml } from '../../kube/yaml.ts'
import { readConfig, settingsOf, type CheckConfig } from '../../model/check/config.ts'
import { judgingBy, parseAcknowledgement, wantsFreeSpace, type Settings } from '../../model/check/settings.ts'
import { RULES } from '../../model/rules/table.ts'
import { reasonOf } from './files.ts'

/** What the user set, apart from the annotations of each cluster, which win. */
export interface GivenSettings {
  config: CheckConfig | undefined
  flags: Settings
}

/** What the command line says about findings. Throws CliError (usage). */
export function flagSettings(options: OptionValues): Settings {
  const words = (flag: string) => (options[flag] as readonly string[]).flatMap((text) => text.split(','))
  const given = RULES.flatMap(({ threshold }) => {
    const text = threshold && options[threshold.flag]
    return threshold && typeof text === 'string' ? [[threshold.flag, text] as const] : []
  })
  const settings: Settings = {
    thresholds: Object.fromEntries(given),
    only: words('only'),
    skip: words('skip'),
    ack: Object.fromEntries(words('ack').map(parseAcknowledgement)),
  }
  judgingBy([settings])
  return settings
}

/** Reads a file of settings. Throws CliError `config`. */
export async function loadConfig(path: string): Promise<CheckConfig> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new CliError({ kind: 'config', message: `cannot read ${path}: ${reasonOf(error)}` })
  }
  return readConfig(parseYaml(text, path, 'One to begin with is printed by: kubectl cnpg check --print config'), path)
}

/** What applies to one cluster, in the order of rising weight: the file, then the command line. */
export function placesFor({ config, flags }: GivenSettings, { source }: ClusterSnapshot): Settings[] {
  const place = { context: source.context ?? null, namespace: source.namespace, name: source.name }
  return [...(config === undefined ? [] : settingsOf(config, place)), flags]
}

/** True when free space has to be asked for, for whichever cluster. */
export function anyFreeSpace({ config, flags }: GivenSettings): boolean {
  const some = config?.clusters.map(({ settings }) => settings) ?? []
  return [undefined, ...some].some((own) => {
    return wantsFreeSpace([
      ...(config === undefined ? [] : [config.general]),
      ...(own === undefined ? [] : [own]),
      flags,
    ])
  })
}
