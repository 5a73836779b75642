import type { PostgresCluster } from './postgres/cluster.ts'

/** What the servers of a cluster say by SQL, for tests that do not believe the objects. */
export class Servers {
  readonly #cluster: PostgresCluster

  constructor(cluster: PostgresCluster) {
    this.#cluster = cluster
  }

  /** When each running server was started. */
  async startTimes(): Promise<Record<string, string>> {
    return this.#ask('SELECT pg_postmaster_start_time()::text AS value')
  }

  /** Names of the servers that take writes. */
  async primaries(): Promise<string[]> {
    const answers = await this.#ask('SELECT pg_is_in_recovery()::text AS value')
    return Object.keys(answers).filter((name) => answers[name] === 'false')
  }

  /** A setting as it is live on each running server. */
  async setting(name: string): Promise<Record<string, string>> {
    return this.#ask('SELECT current_setting($1) AS value', [name])
  }

  /** Names of the standbys that stream from the primary. */
  async streaming(): Promise<string[]> {
    const rows = await this.#cluster
      .server(this.#cluster.primary)
      .query<{ name: string }>(
        "SELECT application_name AS name FROM pg_stat_replication WHERE state = 'streaming' ORDER BY 1",
      )
    return rows.map(({ name }) => name)
  }

  /** Names of the physical slots on the primary. */
  async slots(): Promise<string[]> {
    const rows = await this.#cluster
      .server(this.#cluster.primary)
      .query<{ name: string }>('SELECT slot_name AS name FROM pg_replication_slots ORDER BY 1')
    return rows.map(({ name }) => name)
  }

  async #ask(text: string, values: unknown[] = []): Promise<Record<string, string>> {
    const answers: Record<string, string> = {}
    for (const [name, server] of this.#cluster.servers) {
      if (!server.running) continue
      const [row] = await server.query<{ value: string }>(text, values)
      answers[name] = row?.value ?? ''
    }
    return answers
  }
}
