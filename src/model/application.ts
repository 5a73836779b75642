import type { Cluster } from '../api/cluster.ts'

/** The application's database as the Cluster's spec names it. */
export interface Application {
  /** Null when the spec names none. */
  database: string | null
  owner: string | null
  /** Secret with the owner's password. */
  secret: string
}

/** First of recovery, pg_basebackup and initdb that names each (spec/wire-formats.md B.2). */
export function applicationOf(cluster: Cluster): Application {
  const { recovery, pg_basebackup: copy, initdb } = cluster.spec.bootstrap ?? {}
  const sections = [recovery, copy, initdb]
  const first = (values: (string | undefined)[]): string | null => values.find((value) => value) ?? null
  return {
    database: first(sections.map((section) => section?.database)),
    owner: first(sections.map((section) => section?.owner)),
    secret: first(sections.map((section) => section?.secret?.name)) ?? `${cluster.metadata.name}-app`,
  }
}
