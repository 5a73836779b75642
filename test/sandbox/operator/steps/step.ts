import type { Desk } from '../desk.ts'
import type { Kubelet } from '../kubelet.ts'

/**
 * What a step has done: something, after which all is looked at again; nothing; or it waits for somebody else, and nothing further
 * may happen.
 */
export type Outcome = 'acted' | 'nothing' | 'hold'

/** One thing the operator looks after: compares what is wanted with what is, and does the next piece of work. */
export type Step = (desk: Desk, kubelet: Kubelet) => Promise<Outcome>
