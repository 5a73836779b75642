import { describe } from 'vitest'
import { openHttpsTransport } from '../../src/kube/transport-https.ts'
import { transportContract } from './transport-contract.ts'

describe('transport over node:https', () => {
  transportContract(openHttpsTransport)
})
