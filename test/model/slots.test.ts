import { expect, test } from 'vitest'
import { slots } from '../../src/model/slots.ts'
import { modelContext } from '../../src/model/context.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { answerOf } from '../helpers/snapshots.ts'

test('a slot is that of the instance whose name it bears, the first of several', () => {
  const snapshot = recordedSnapshot('healthy')
  const primary = snapshot.cluster.status?.currentPrimary ?? ''
  const names = ['_cnpg_mycluster_2', '_cnpg_my_cluster_4', '_cnpg_gone_1', 'debezium']
  answerOf(snapshot, primary).replicationSlotsInfo = names.map((slotName) => ({ slotName, slotType: 'physical' }))
  const found = slots(modelContext(snapshot), ['mycluster-2', 'my-cluster-4', 'My.cluster-4'])
  expect(found?.map(({ instance, managed }) => ({ instance, managed }))).toEqual([
    { instance: 'mycluster-2', managed: true },
    { instance: 'my-cluster-4', managed: true },
    { instance: null, managed: true },
    { instance: null, managed: false },
  ])
})
