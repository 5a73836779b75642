import type { InstanceWay } from '../../api/part.ts'

/** How something stands: `note` is worth knowing, `bad` is to be mended, `unknown` could not be seen. */
export type Standing = 'good' | 'note' | 'bad' | 'unknown'

/** One thing that was looked at. */
export interface DoctorItem {
  /** A few words, e.g. `API server`. */
  subject: string
  standing: Standing
  text: string
  hint: string | null
}

/** One command of this program and what is missing for it. */
export interface CommandRights {
  /** With its subverb, e.g. `fencing on`. */
  command: string
  verdict: 'all' | 'less' | 'no' | 'unknown'
  missing: MissingRule[]
}

/** A right that the user does not have, in the words of a Role's rule. */
export interface MissingRule {
  group: string
  resource: string
  verbs: string[]
  clusterScope: boolean
  /** What is lost; null: the command does not work. */
  without: string | null
}

/** Which ways lead to one instance. */
export interface InstanceReach {
  cluster: string
  instance: string
  ways: Record<InstanceWay, WayState>
  /** Kubernetes' own reason why it cannot answer by any; then no way was tried. */
  notAsked: string | null
}

export interface WayState {
  works: boolean
  /** Why not. */
  reason: string | null
  /** A missing right is no trouble of the instance. */
  forbidden: boolean
}

export interface DoctorReport {
  schemaVersion: 1
  kind: 'Doctor'
  takenAt: string
  /** Kubeconfig, server, versions. */
  items: DoctorItem[]
  /** Absent when the server was not reached. */
  commands: CommandRights[] | null
  /** The namespace whose rights were asked for; null is all of them. */
  namespace: string | null
  instances: InstanceReach[] | null
}

/** The verdict on a command by what is missing. */
export function verdictOf(missing: readonly MissingRule[]): CommandRights['verdict'] {
  if (missing.length === 0) return 'all'
  return missing.some(({ without }) => without === null) ? 'no' : 'less'
}

/**
 * True when something is to be mended: with the connection or the operator, an instance that no way leads to, or a command of
 * `wanted` that does not work. Commands that nobody asked about may be forbidden on purpose.
 */
export function isSick({ items, commands, instances }: DoctorReport, wanted: readonly string[]): boolean {
  if (items.some(({ standing }) => standing === 'bad')) return true
  if (
    (commands ?? []).some(({ command, verdict }) => wanted.includes(command) && verdict !== 'all' && verdict !== 'less')
  )
    return true
  return (instances ?? []).some(
    ({ ways, notAsked }) => notAsked === null && !Object.values(ways).some(({ works }) => works),
  )
}
