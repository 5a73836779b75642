import { Resources } from '../../kube/resources.ts'
import { isClusterSecret } from '../../model/cluster-secrets.ts'
import { ago, rows } from './rows.ts'
import type { Candidate, Lookup } from './types.ts'

/* By the server's tables: what the secrets hold never comes here. */

/** Secrets with a user's name and password. Throws CliError. */
export async function passwordSecrets(lookup: Lookup): Promise<Candidate[]> {
  return (await rows(lookup, Resources.secrets, 'type=kubernetes.io/basic-auth')).map(({ name }) => ({ text: name }))
}

/** Secrets with a certificate that no cluster keeps for itself: those that were made for roles. Throws CliError. */
export async function certificateSecrets(lookup: Lookup): Promise<Candidate[]> {
  const [secrets, clusters] = await Promise.all([
    rows(lookup, Resources.secrets, 'type=kubernetes.io/tls'),
    rows(lookup, Resources.clusters).catch(() => []),
  ])
  const own = (secret: string): boolean =>
    clusters.some(({ name }) => isClusterSecret({ metadata: { name }, spec: {} }, secret))
  return secrets.filter(({ name }) => !own(name)).map(({ name, cells }) => ({ text: name, about: ago(cells['Age']) }))
}
