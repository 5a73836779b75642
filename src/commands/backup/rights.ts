import { BARMAN_GROUP, CNPG_GROUP } from '../../api/constants.ts'
import type { Right } from '../../cli/command.ts'

/** What reading backups reads besides them. */
export const backupRights: readonly Right[] = [
  { group: CNPG_GROUP, resource: 'clusters', verbs: ['get', 'list'], without: 'what retention keeps is not known' },
  {
    group: BARMAN_GROUP,
    resource: 'objectstores',
    verbs: ['get'],
    without: 'what the Barman Cloud plugin keeps is not known',
  },
  {
    group: 'snapshot.storage.k8s.io',
    resource: 'volumesnapshots',
    verbs: ['list'],
    without: 'sizes of volume snapshots are not known',
  },
]
