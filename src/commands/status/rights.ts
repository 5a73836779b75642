import { BARMAN_GROUP, CNPG_GROUP } from '../../api/constants.ts'
import type { Right } from '../../cli/command.ts'

const READ = ['get', 'list']
/** Kubernetes asks for `create` up to 1.34 and for either, by the kind of upgrade, from then on. */
const UPGRADE = ['create', 'get']

/** What `status` reads, and what its report lacks without (spec/wire-formats.md H). */
export const statusRights: readonly Right[] = [
  { group: CNPG_GROUP, resource: 'clusters', verbs: ['get'] },
  right(CNPG_GROUP, 'clusters', ['list'], 'clusters have to be named, and those that there are cannot be told'),
  right('', 'pods', ['list'], 'the instances are known by name only'),
  right('', 'pods/proxy', ['get'], 'the instances are asked by pods/exec instead, and sizes are not known'),
  right('', 'pods/exec', UPGRADE, 'there is one way less to an instance, and fewer details with -v'),
  right('', 'pods/portforward', UPGRADE, 'there is no way to an instance where pods/proxy and pods/exec fail'),
  right(
    '',
    'secrets',
    ['get'],
    'there is no way to an instance where pods/proxy and pods/exec fail, and of certificates given to poolers the end is not known',
  ),
  right('policy', 'poddisruptionbudgets', ['list'], 'disruption budgets are not shown'),
  right(CNPG_GROUP, 'backups', READ, 'failed and running backups are not shown'),
  right(CNPG_GROUP, 'scheduledbackups', READ, 'the next backup is not shown'),
  right(CNPG_GROUP, 'poolers', READ, 'poolers are not shown'),
  right(CNPG_GROUP, 'databases', READ, 'databases that could not be applied are not shown'),
  right(CNPG_GROUP, 'publications', ['list'], 'publications that could not be applied are not shown'),
  right(CNPG_GROUP, 'subscriptions', ['list'], 'subscriptions that could not be applied are not shown'),
  right(CNPG_GROUP, 'databaseroles', ['list'], 'roles that could not be applied are not shown'),
  right(BARMAN_GROUP, 'objectstores', ['get'], 'backups by the Barman Cloud plugin are not shown'),
  right('batch', 'jobs', ['list'], 'what a new instance waits for is not shown'),
  right('', 'persistentvolumeclaims', ['list'], 'volumes are not shown'),
  {
    ...right('apps', 'deployments', ['list'], 'whether the operator is at work, and its version, is not known'),
    clusterScope: true,
  },
  { ...right('', 'nodes', ['get'], 'pods of a node that is down are waited for'), clusterScope: true },
]

/** What a watch of it reads besides. */
export const watchRights: readonly Right[] = [
  right(CNPG_GROUP, 'clusters', ['list', 'watch'], 'with --watch changes of the Cluster are seen a round later'),
  right('', 'pods', ['watch'], 'with --watch changes of the pods are seen a round later'),
]

function right(group: string, resource: string, verbs: readonly string[], without: string): Right {
  return { group, resource, verbs, without }
}
