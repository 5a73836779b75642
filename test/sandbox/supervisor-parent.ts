/** A program for tests: keeps a small cluster, tells where it is, and lives until it is killed. With `forget` it has nothing else to do. */
import { startPostgresCluster } from './postgres/cluster.ts'

const cluster = await startPostgresCluster({ name: 'brief', namespace: 'default', instances: 1 })
const pids = [...cluster.servers.values()].map((server) => server.pid)
process.stdout.write(`${JSON.stringify({ folder: cluster.folder, pids, supervisor: cluster.supervisorPid })}\n`)
if (process.argv[2] !== 'forget') setInterval(() => undefined, 60_000)
