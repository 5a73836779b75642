import type { CompleterKind } from '../../cli/command.ts'
import type { Host } from '../../host/types.ts'
import type { ConnectionOptions } from '../../kube/connection-options.ts'
import type { Session } from '../../kube/session.ts'

/** One way to go on. */
export interface Candidate {
  text: string
  /** What it is, in a few words. */
  about?: string
}

/** What the table of commands and the shell know by themselves. */
type KnownKind =
  'none' | 'file' | 'directory' | 'program' | 'cluster-or-file' | 'command' | 'verb' | 'finding' | 'finding-until'

/** What only the kubeconfig or the cluster knows. */
export type LiveKind = Exclude<CompleterKind, KnownKind>

/** What the kubeconfig alone knows. */
export type KubeconfigKind = 'context' | 'kubeconfig-cluster' | 'kubeconfig-user'

export interface LiveRequest {
  /** The connection flags of the line that is being completed. */
  connection: ConnectionOptions
  /** The CLUSTER that the line names, where it does. */
  cluster?: string
  host: Host
}

/** What is asked of the server. */
export interface Lookup {
  session: Session
  cluster: string | undefined
  signal: AbortSignal
}
