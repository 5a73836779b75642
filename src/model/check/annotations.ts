import { CliError } from '../../errors/cli-error.ts'
import { judgingBy, parseAcknowledgement, type Settings } from './settings.ts'

/** Annotations of a Cluster that begin so say how it is to be checked: what follows is a threshold, `only`, `skip` or `ack`. */
const CHECK_ANNOTATION = 'check.kubectl-cnpg/'

/** What a Cluster's annotations say. Throws CliError (usage) naming the annotation that makes no sense. */
export function annotationSettings(annotations: Readonly<Record<string, string>> = {}): Settings {
  const places = Object.entries(annotations).flatMap(([key, text]) =>
    key.startsWith(CHECK_ANNOTATION) ? [checked(key, text)] : [],
  )
  return {
    thresholds: Object.assign({}, ...places.map(({ thresholds }) => thresholds)) as Record<string, string>,
    only: places.flatMap(({ only = [] }) => only),
    skip: places.flatMap(({ skip = [] }) => skip),
    ack: Object.assign({}, ...places.map(({ ack }) => ack)) as Record<string, string>,
  }
}

function checked(key: string, text: string): Settings {
  try {
    const settings = settingsOf(key.slice(CHECK_ANNOTATION.length), text)
    judgingBy([settings])
    return settings
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const hint = error.hint === undefined ? {} : { hint: error.hint }
    throw new CliError({ kind: 'usage', message: `annotation ${key}: ${error.message}`, ...hint })
  }
}

function settingsOf(what: string, text: string): Settings {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  switch (what) {
    case 'only':
      return { only: words }
    case 'skip':
      return { skip: words }
    case 'ack':
      return { ack: Object.fromEntries(words.map(parseAcknowledgement)) }
    default:
      return { thresholds: { [what]: text } }
  }
}
