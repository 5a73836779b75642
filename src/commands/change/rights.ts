import { CNPG_GROUP } from '../../api/constants.ts'
import type { Right } from '../../cli/command.ts'

/** What every change of one cluster reads, and what it cannot do without. */
export const readingRights: readonly Right[] = [
  { group: CNPG_GROUP, resource: 'clusters', verbs: ['get'] },
  {
    group: '',
    resource: 'pods',
    verbs: ['list'],
    without: 'what stands in the way of a change is not known, nor which pods there are',
  },
  { group: '', resource: 'pods/proxy', verbs: ['get'], without: 'the instances are asked by pods/exec instead' },
  {
    group: '',
    resource: 'pods/exec',
    verbs: ['create', 'get'],
    without: 'what only SQL can tell cannot be proved',
  },
]
