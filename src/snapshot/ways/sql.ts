import { Ports } from '../../api/constants.ts'
import type { InstanceStatus } from '../../api/instance-status.ts'
import type { Cluster } from '../../api/cluster.ts'
import type { BaseBackupProgress, InstanceDetails, WayFailure } from '../../api/snapshot.ts'
import { CliError } from '../../errors/cli-error.ts'
import { openPort } from '../../kube/port-forward.ts'
import type { PgAccess } from '../../postgres/pg-runner.ts'
import { baseBackupsByPg, detailsByPg, settingsByPg, statusByPg } from '../../postgres/pg-runner.ts'
import type { RunCommand } from '../../postgres/psql-runner.ts'
import {
  baseBackupsByPsql,
  detailsByPsql,
  PSQL_FAREWELL,
  settingsByPsql,
  statusByPsql,
} from '../../postgres/psql-runner.ts'
import { readSecret, type Secret, textOf } from '../secrets.ts'
import { runInPod } from './exec.ts'
import type { InstanceTarget } from './target.ts'

/**
 * The same facts by SQL (design 5): psql in the container, as superuser and without a secret; where exec is refused, over a
 * port-forward as `streaming_replica`. `earlier` tells whether exec was refused already. Throws CliError.
 */
export async function askBySql(
  target: InstanceTarget,
  signal: AbortSignal,
  earlier: readonly WayFailure[],
): Promise<InstanceStatus> {
  const { name } = target.cluster.metadata
  const refused = earlier.some((failure) => failure.way === 'exec' && failure.kind === 'forbidden')
  return firstAllowed(
    refused,
    () => statusByPsql(psqlRunner(target, signal), name),
    async () => statusByPg(await replicaAccess(target, signal), name),
  )
}

/** What only SQL can tell of one instance, by the same two doors. Throws CliError. */
export async function detailsBySql(target: InstanceTarget, signal: AbortSignal): Promise<InstanceDetails> {
  const { name } = target.cluster.metadata
  return firstAllowed(
    false,
    () => detailsByPsql(psqlRunner(target, signal), name),
    async () => detailsByPg(await replicaAccess(target, signal), name),
  )
}

/** The live values of these settings of one instance, by the same two doors. Throws CliError. */
export async function settingsBySql(
  target: InstanceTarget,
  names: readonly string[],
  signal: AbortSignal,
): Promise<InstanceDetails> {
  const settings = await firstAllowed(
    false,
    () => settingsByPsql(psqlRunner(target, signal), names),
    async () => settingsByPg(await replicaAccess(target, signal), names),
  )
  return { settings }
}

/** The base backups that one instance sends now but those for new instances, by the same two doors. Throws CliError. */
export async function baseBackupsBySql(target: InstanceTarget, signal: AbortSignal): Promise<BaseBackupProgress[]> {
  return firstAllowed(
    false,
    () => baseBackupsByPsql(psqlRunner(target, signal)),
    async () => baseBackupsByPg(await replicaAccess(target, signal)),
  )
}

async function firstAllowed<T>(execRefused: boolean, byPsql: () => Promise<T>, byPg: () => Promise<T>): Promise<T> {
  if (execRefused) return byPg()
  try {
    return await byPsql()
  } catch (error) {
    if (error instanceof CliError && error.kind === 'forbidden') return byPg()
    throw error
  }
}

function psqlRunner(target: InstanceTarget, signal: AbortSignal): RunCommand {
  return (command, stdin) => runInPod(target, command, { signal, stdin, endOfInput: Buffer.from(PSQL_FAREWELL) })
}

/** How `streaming_replica` logs in: by the client certificate that every cluster has (spec/wire-formats.md A.7, D.2). */
async function replicaAccess({ session, cluster, pod }: InstanceTarget, signal: AbortSignal): Promise<PgAccess> {
  const names = secretNames(cluster)
  const namespace = cluster.metadata.namespace ?? ''
  const read = (name: string): Promise<Secret> => readSecret(session, namespace, name, signal)
  const [client, authority] = await Promise.all([read(names.client), read(names.authority)])
  return {
    open: (until) =>
      openPort(session, {
        namespace,
        pod: pod.metadata.name,
        port: Ports.postgres,
        ...(until === undefined ? {} : { signal: until }),
      }),
    user: 'streaming_replica',
    tls: {
      ca: textOf(authority, 'ca.crt'),
      cert: textOf(client, 'tls.crt'),
      key: textOf(client, 'tls.key'),
      servername: `${cluster.metadata.name}-rw`,
    },
    signal,
  }
}

function secretNames(cluster: Cluster): { client: string; authority: string } {
  const { name } = cluster.metadata
  const named = cluster.status?.certificates
  return {
    client: named?.replicationTLSSecret ?? `${name}-replication`,
    authority: named?.serverCASecret ?? `${name}-ca`,
  }
}
