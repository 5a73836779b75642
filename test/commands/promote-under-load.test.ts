import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLive } from './support/changes.ts'
import type { Live } from './support/changes.ts'

let live: Live
beforeAll(async () => {
  live = await startLive()
}, 60_000)
afterAll(() => live.sandbox.close())

/** Writes one row after the other to whoever is the primary, and notes when each was acknowledged. */
class Writer {
  /** Rows that a server said it has, and when, in milliseconds. */
  readonly acknowledged: { id: number; at: number; by: string }[] = []
  /** When it tried to reach a server, in milliseconds. */
  readonly #tries: number[] = []
  #stop = false
  #work: Promise<void> | undefined

  start(): void {
    this.#work = this.#write()
  }

  async stop(): Promise<void> {
    this.#stop = true
    await this.#work
  }

  /** From the last acknowledgement of one primary to the first of the next, in seconds. */
  gap(from: string, to: string): number {
    const last = this.acknowledged.findLast(({ by }) => by === from)?.at ?? NaN
    const next = this.acknowledged.find(({ by }) => by === to)?.at ?? NaN
    return (next - last) / 1000
  }

  /** Seconds by which its own gap may be too long: from the last row to the next try, and from the last try to the first row. */
  blindness(from: string, to: string): number {
    const last = this.acknowledged.findLast(({ by }) => by === from)?.at ?? NaN
    const next = this.acknowledged.find(({ by }) => by === to)?.at ?? NaN
    const within = this.#tries.filter((at) => at > last && at < next)
    return ((within[0] ?? next) - last + next - (within.at(-1) ?? last)) / 1000
  }

  async #write(): Promise<void> {
    for (let id = 1; !this.#stop;) {
      for (const [by, server] of live.cluster.servers) {
        this.#tries.push(performance.now())
        // A standby, or one that is down: the next.
        const client = await server.connect({ database: 'app' }).catch(() => undefined)
        if (client === undefined) continue
        client.on('error', () => undefined)
        try {
          const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
          while (rows[0]?.standby === false && !this.#stop) {
            await client.query('INSERT INTO load (id) VALUES ($1)', [id])
            this.acknowledged.push({ id, at: performance.now(), by })
            id += 1
            await pause(5)
          }
        } catch {
          // Whether this row was written nobody knows: it is not counted, and never written again.
          id += 1
        } finally {
          await client.end().catch(() => undefined)
        }
      }
      await pause(10)
    }
  }
}

/** As the operator has it where the spec demands one synchronous standby. */
async function makeSynchronous(): Promise<void> {
  live.edit(({ spec }) => (spec.postgresql!.synchronous = { method: 'any', number: 1, dataDurability: 'required' }))
  for (const server of live.cluster.servers.values()) {
    await server.query("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'")
    await server.query('SELECT pg_reload_conf()')
  }
}

it('a switchover under load loses no acknowledged row, and reports the outage that the writer saw', async () => {
  await makeSynchronous()
  const primary = await live.cluster.server('mycluster-1').connect({ database: 'app' })
  await primary.query('CREATE TABLE load (id bigint PRIMARY KEY)')
  await primary.end()

  const writer = new Writer()
  writer.start()
  await expect.poll(() => writer.acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(50)
  const { code, stdout } = await live.run('promote mycluster 2 -o json')
  const written = writer.acknowledged.length
  await expect.poll(() => writer.acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(written + 20)
  await writer.stop()

  expect(code).toBe(0)
  const client = await live.cluster.server('mycluster-2').connect({ database: 'app' })
  const { rows } = await client.query<{ id: string }>('SELECT id FROM load')
  await client.end()
  const stored = new Set(rows.map(({ id }) => Number(id)))
  const lost = writer.acknowledged.filter(({ id }) => !stored.has(id))
  expect(lost).toEqual([])

  const { outage } = JSON.parse(stdout) as { outage: { seconds: number; accuracySeconds: number } }
  // On a machine too busy to look often enough, neither knows it better than it looked.
  const slack = Math.max(0.5, outage.accuracySeconds + writer.blindness('mycluster-1', 'mycluster-2'))
  expect(Math.abs(outage.seconds - writer.gap('mycluster-1', 'mycluster-2'))).toBeLessThan(slack)
}, 60_000)
