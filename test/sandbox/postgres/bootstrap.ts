import type { Wire } from './config.ts'
import type { ClusterCredentials } from './credentials.ts'
import type { PostgresServer } from './server.ts'

/** Roles and the application's database as the operator makes them (spec/wire-formats.md F.2). */
export async function bootstrap(
  server: PostgresServer,
  credentials: ClusterCredentials,
  wire: Wire,
  superuserAccess: boolean,
): Promise<void> {
  const client = await server.connect()
  try {
    await client.query(`CREATE ROLE streaming_replica LOGIN REPLICATION;
      GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean),
        pg_read_binary_file(text), pg_read_binary_file(text, bigint, bigint, boolean) TO streaming_replica`)
    if (wire !== '1.15.1') await client.query('CREATE ROLE cnpg_metrics_exporter LOGIN IN ROLE pg_monitor')
    await client.query(`CREATE ROLE app LOGIN PASSWORD ${client.escapeLiteral(credentials.appPassword)}`)
    await client.query('CREATE DATABASE app OWNER app')
    if (superuserAccess) {
      await client.query(`ALTER ROLE postgres PASSWORD ${client.escapeLiteral(credentials.superuserPassword)}`)
    }
  } finally {
    await client.end()
  }
}
