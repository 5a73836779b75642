import type { ClusterStatus } from '../cluster-status.ts'
import type { Hit, Rule } from './types.ts'
import { because } from './words.ts'

/** Phases of spec/wire-formats.md B.4 that speak of plugins. */
const PLUGIN_PHASES: readonly string[] = [
  'Unknown plugin',
  'Cluster cannot proceed to reconciliation due to an unknown plugin being required',
  'Cluster cannot proceed to reconciliation due to an error while interacting with plugins',
]

/** Plugins of the operator. */
export const PLUGIN_RULES: readonly Rule[] = [
  {
    id: 'plugin-error',
    title: 'plugin missing or failing',
    scope: 'cluster',
    severities: ['critical'],
    blocks: { promote: 'force', backup: 'force' },
    cause: 'The Cluster asks for a plugin that the operator does not find, or that answers with an error.',
    consequence: 'The operator does nothing for the cluster until that is mended: no failover, no backups, no changes.',
    next: ['kubectl cnpg report operator', 'kubectl cnpg status CLUSTER -v'],
    test: pluginError,
  },
]

function pluginError(status: ClusterStatus): Hit[] {
  const { phase, phaseReason } = status.summary
  if (phase === null || !PLUGIN_PHASES.includes(phase)) return []
  const told = status.plugins
    .filter((plugin) => plugin.status !== null)
    .map((plugin) => `${plugin.name}: ${plugin.status}`)
  const details = [phaseReason, ...told].filter(Boolean).join('; ')
  return [
    { severity: 'critical', message: `the operator is held up by a plugin: ${phase}${because(details)}`, objects: [] },
  ]
}
