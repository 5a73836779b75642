import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** What the suite is told on its command line. */
export interface Settings {
  /** The program under test. */
  plugin: string
  /** Image of PostgreSQL; absent: the operator's own choice. */
  image: string | undefined
  storageClass: string | undefined
  /** Namespace of this run, made by it and taken away at its end. */
  namespace: string
  /** A `spec.backup` for the clusters, with what it names in the namespace; absent: base backups are not tried. */
  backup: object | undefined
  output: 'table' | 'json'
  /** Leaves namespace and clusters where they are. */
  keep: boolean
  /** Names of the scenarios to run; empty: all. */
  only: readonly string[]
  /** Milliseconds for one step, the making of a cluster included. */
  stepLimitMs: number
}

/** What `--help` prints. */
export const USAGE = `npm run e2e -- [flags]

Tries every command against the Kubernetes that KUBECONFIG names, where the operator runs. Needs kubectl on PATH and the rights to
make a namespace, clusters, secrets and backups.

  --image IMAGE            image of PostgreSQL for the clusters
  --storage-class NAME     storage class of their volumes
  --namespace-prefix TEXT  beginning of the namespace's name (default cnpg-e2e)
  --backup FILE            JSON of a spec.backup: base backups are tried, too
  --only NAMES             scenarios to run, with commas
  --plugin FILE            program under test (default bin/kubectl-cnpg)
  --step-limit SECONDS     limit of one step (default 600)
  --output table|json      form of the result
  --keep                   leave everything behind for looking at`

/** Reads the command line; throws an Error with the usage where it makes no sense. */
export function readSettings(argv: readonly string[], root: string): Settings {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        image: text,
        'storage-class': text,
        'namespace-prefix': { ...text, default: 'cnpg-e2e' },
        backup: text,
        only: { ...text, default: '' },
        plugin: { ...text, default: join(root, 'bin/kubectl-cnpg') },
        'step-limit': { ...text, default: '600' },
        output: { ...text, default: 'table' },
        keep: { type: 'boolean', default: false },
      },
    })
    if (values.output !== 'table' && values.output !== 'json') throw new Error('--output takes table or json')
    const seconds = Number(values['step-limit'])
    if (!(seconds > 0)) throw new Error('--step-limit takes a number of seconds')
    return {
      plugin: values.plugin,
      image: values.image,
      storageClass: values['storage-class'],
      namespace: `${values['namespace-prefix']}-${randomBytes(3).toString('hex')}`,
      backup: values.backup === undefined ? undefined : (JSON.parse(readFileSync(values.backup, 'utf8')) as object),
      output: values.output,
      keep: values.keep,
      only: values.only.split(',').filter((name) => name !== ''),
      stepLimitMs: seconds * 1000,
    }
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${USAGE}`, { cause: error })
  }
}
