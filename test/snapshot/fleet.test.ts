import { describe, expect, it, onTestFinished } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { startManyClusters } from '../helpers/many-clusters.ts'
import type { PodBackend } from '../sandbox/types.ts'
import { silentPod } from './support/recorded.ts'

/** Counts how many requests pods have to answer at the same time. */
class Crowd {
  most = 0
  #now = 0

  enter(): () => void {
    this.#now += 1
    this.most = Math.max(this.most, this.#now)
    return () => {
      this.#now -= 1
    }
  }
}

function slow(crowd: Crowd, ms: number): PodBackend {
  return {
    ...silentPod,
    async http({ path }) {
      const leave = crowd.enter()
      await new Promise((resolve) => setTimeout(resolve, ms))
      leave()
      return { status: 200, headers: {}, body: path === '/metrics' ? '' : '{"isPrimary":false}' }
    },
  }
}

function podsOf(clusters: number, backend: PodBackend, instances = [1, 2, 3]): Record<string, PodBackend> {
  const names = Array.from({ length: clusters }, (_, index) => `db-${String(index + 1).padStart(3, '0')}`)
  return Object.fromEntries(names.flatMap((name) => instances.map((instance) => [`${name}-${instance}`, backend])))
}

describe('a fleet', () => {
  it('never has more than 32 requests under way', async () => {
    const crowd = new Crowd()
    const server = await startManyClusters({ clusters: 40, pods: podsOf(40, slow(crowd, 150)) })
    onTestFinished(() => server.close())
    const kubeconfig = server.kubeconfigFor('admin')
    const patient = 'status -A -o json --via proxy --instance-timeout 30s --timeout 60s'
    const { code, stdout } = await cli(patient, { kubeconfig, now: server.at.toISOString() })
    expect(code).toBe(0)
    const { items } = JSON.parse(stdout) as { items: { instances: { presence: string }[] }[] }
    const presences = items.flatMap(({ instances }) => instances.map(({ presence }) => presence))
    expect(presences).toEqual(Array.from({ length: 120 }, () => 'answered'))
    expect(crowd.most).toBeGreaterThan(16)
    expect(crowd.most).toBeLessThanOrEqual(32)
    expect(server.connections).toBeLessThanOrEqual(32)
  })

  it('tells of an instance that could not be asked any more, instead of saying that it did not answer', async () => {
    const server = await startManyClusters({ clusters: 40, pods: podsOf(40, silentPod) })
    onTestFinished(() => server.close())
    const kubeconfig = server.kubeconfigFor('admin')
    const words = 'status -A -o json --via proxy --timeout 2s --instance-timeout 10s'
    const { stdout } = await cli(words, { kubeconfig, now: server.at.toISOString() })
    const { items } = JSON.parse(stdout) as { items: { problems: { message: string }[] }[] }
    const messages = items.flatMap(({ problems }) => problems.map(({ message }) => message))
    expect(messages.filter((message) => message === 'not asked before the deadline').length).toBeGreaterThanOrEqual(88)
    expect(server.requests.filter(({ path }) => path.endsWith('/pg/status')).length).toBeLessThanOrEqual(32)
  })

  it('asks the healthy while others hang', async () => {
    const silent = podsOf(20, silentPod, [3])
    const server = await startManyClusters({ clusters: 20, pods: silent })
    onTestFinished(() => server.close())
    const kubeconfig = server.kubeconfigFor('admin')
    const words = 'status -A -o json --via proxy --instance-timeout 4s'
    const { stdout } = await cli(words, { kubeconfig, now: server.at.toISOString() })
    const { items } = JSON.parse(stdout) as { items: { instances: { name: string; presence: string }[] }[] }
    const answered = items.flatMap(({ instances }) => instances.filter(({ presence }) => presence === 'answered'))
    expect(answered).toHaveLength(40)
  })
})
