import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cli, type CliOptions, type CliResult } from '../../helpers/cli.ts'
import type { FakeHost } from '../../helpers/fake-host.ts'
import { type LogWorld, sequence, startLogWorld } from '../support/log-pods.ts'

let world: LogWorld
beforeEach(async () => {
  world = await startLogWorld()
})
afterEach(() => world.close())

interface Following {
  /** Resolves when a line has been shown that holds this text. */
  shows(text: string): Promise<void>
  told(text: string): Promise<void>
  interrupt(): Promise<CliResult>
  ended: Promise<CliResult>
}

function follow(words = '', options: CliOptions = {}): Following {
  let host: FakeHost | undefined
  const { kubeconfig } = world
  const ended = cli(`logs cluster shop-db -f ${words}`, { kubeconfig, onHost: (made) => (host = made), ...options })
  const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 })
  return {
    shows: (text) => eventually(() => expect(host?.output()).toContain(text)),
    told: (text) => eventually(() => expect(host?.errors()).toContain(text)),
    interrupt() {
      host?.raise('SIGINT')
      return ended
    },
    ended,
  }
}

/** What `name` has counted, in the order in which it was shown. */
function counted(stdout: string, name: string): number[] {
  return [...stdout.matchAll(new RegExp(`"msg":"${name} (\\d+)"`, 'g'))].map(([, number]) => Number(number))
}

/** The numbers from 1 on. */
function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

/** Waits at most a tenth of a second for anything. */
const hurry: CliOptions = {
  sleep: async (ms, signal) => {
    await setTimeout(Math.min(ms, 100))
    signal?.throwIfAborted()
  },
}

function logRequests(): string[] {
  return world.server.requests.filter(({ path }) => path.endsWith('/log')).map(({ query }) => query)
}

describe('logs cluster --follow', () => {
  test('shows what is there and what comes, of all pods, until Ctrl-C', async () => {
    const [one, two] = [world.pod('shop-db-1'), world.pod('shop-db-2')]
    one.write(sequence('a', 1, 100))
    two.write(sequence('b', 1, 100))
    const following = follow()
    await following.shows('b 100"')
    one.write(sequence('a', 101, 200))
    two.write(sequence('b', 101, 200))
    await following.shows('a 200"')
    await following.shows('b 200"')
    const { code, stdout, stderr } = await following.interrupt()
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
    expect(counted(stdout, 'a')).toEqual(upTo(200))
    expect(counted(stdout, 'b')).toEqual(upTo(200))
  })

  test('a connection cut in the middle of a line is taken up there, without loss or repetition', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 600))
    world.server.faults.add({ resource: 'pods/log', truncateAt: 12_007, times: 4 })
    const following = follow()
    await following.shows('a 600"')
    pod.write(sequence('a', 601, 610))
    await following.shows('a 610"')
    const { stdout, stderr } = await following.interrupt()
    expect(counted(stdout, 'a')).toEqual(upTo(610))
    expect(stdout.split('\n').filter((line) => line !== '' && !/^\{"msg":"a \d+"\}$/.test(line))).toEqual([])
    expect(stderr).toBe('')
    expect(logRequests().length).toBeGreaterThan(3)
  })

  test('a restarted container is followed from its first line, after the last ones of the run before', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 40))
    const following = follow()
    await following.shows('a 40"')
    pod.write(sequence('a', 41, 50))
    pod.restart()
    pod.write(sequence('a', 51, 60))
    await following.shows('a 60"')
    expect(counted((await following.interrupt()).stdout, 'a')).toEqual(upTo(60))
  })

  test('what was logged before a restart while the connection was broken comes from the previous run', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 40))
    world.server.faults.add({ resource: 'pods/log', truncateAt: 500, times: 1 })
    const broken = world.server.faults.add({ resource: 'pods/log', answer: { code: 503 } })
    world.server.faults.add({ resource: 'pods/log', truncateAt: 500, times: 1 })
    const following = follow()
    await following.told('is interrupted, trying again')
    pod.write(sequence('a', 41, 80))
    pod.restart()
    pod.write(sequence('a', 81, 90))
    broken()
    await following.shows('a 90"')
    const { stdout } = await following.interrupt()
    expect(counted(stdout, 'a')).toEqual(upTo(90))
    expect(logRequests().some((query) => query.includes('previous=true'))).toBe(true)
  })

  test('a restart of which the API server tells late is followed all the same', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 20))
    const following = follow()
    await following.shows('a 20"')
    pod.restart('postgres', { quietly: true })
    pod.write(sequence('a', 21, 30))
    await following.shows('a 30"')
    pod.publish()
    pod.write(sequence('a', 31, 40))
    await following.shows('a 40"')
    expect(counted((await following.interrupt()).stdout, 'a')).toEqual(upTo(40))
  })

  test('a pod that is made later is read from its start, whatever --tail says', async () => {
    const one = world.pod('shop-db-1')
    one.write(sequence('a', 1, 20))
    const following = follow('--tail 5')
    await following.shows('a 20"')
    world.pod('shop-db-2').write(sequence('b', 1, 20))
    await following.shows('b 20"')
    const { stdout } = await following.interrupt()
    expect(counted(stdout, 'a')).toEqual([16, 17, 18, 19, 20])
    expect(counted(stdout, 'b')).toEqual(upTo(20))
  })

  test('a pod that is deleted and made anew under its name is another one', async () => {
    const first = world.pod('shop-db-1')
    first.write(sequence('a', 1, 20))
    const following = follow()
    await following.shows('a 20"')
    first.write(sequence('a', 21, 25))
    first.remove()
    await following.told('waiting')
    world.pod('shop-db-1').write(sequence('b', 1, 20))
    await following.shows('b 20"')
    const { stdout } = await following.interrupt()
    expect(counted(stdout, 'a')).toEqual(upTo(25))
    expect(counted(stdout, 'b')).toEqual(upTo(20))
  })

  test('a tail is not repeated when the connection breaks', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 100))
    world.server.faults.add({ resource: 'pods/log', truncateAt: 270, times: 1 })
    const following = follow('--tail 10')
    await following.shows('a 100"')
    const { stdout } = await following.interrupt()
    expect(counted(stdout, 'a')).toEqual(upTo(100).slice(-10))
  })

  test('an empty tail stays empty across reconnects', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 10))
    const following = follow('--tail 0')
    await vi.waitFor(() => expect(logRequests()).toHaveLength(1))
    pod.write(sequence('a', 11, 12))
    await following.shows('a 12"')
    expect(counted((await following.interrupt()).stdout, 'a')).toEqual([11, 12])
  })

  test('--request-timeout limits requests that have an end, and never what is followed', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 3))
    const following = follow('--request-timeout 1s')
    await following.shows('a 3"')
    await setTimeout(1300)
    pod.write(sequence('a', 4, 6))
    await following.shows('a 6"')
    const { stdout, stderr } = await following.interrupt()
    expect({ counted: counted(stdout, 'a'), stderr }).toEqual({ counted: upTo(6), stderr: '' })
    expect(logRequests()).toHaveLength(1)
  })

  test('sidecars are followed like the others, and --container chooses', async () => {
    const pod = world.pod('shop-db-1', ['postgres', 'plugin'])
    pod.write(sequence('a', 1, 5))
    pod.write(sequence('p', 1, 5), 'plugin')
    const all = follow()
    await all.shows('p 5"')
    await all.shows('a 5"')
    await all.interrupt()
    const chosen = follow('-c plugin')
    await chosen.shows('p 5"')
    expect(counted((await chosen.interrupt()).stdout, 'a')).toEqual([])
  })

  test('ends by itself only when the Cluster is deleted', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 5))
    const following = follow('', hurry)
    await following.shows('a 5"')
    pod.remove()
    await following.told('there is no container at the moment; waiting for one')
    const { store } = world.server
    store.remove(store.typeOf({ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' }), 'shop', 'shop-db')
    const { code, stderr } = await following.ended
    expect(code).toBe(0)
    expect(stderr).toContain('the Cluster was deleted\n')
  })

  test('without the right to watch, new pods are found all the same', async () => {
    const deny = world.server.faults.add({
      resource: 'pods',
      verb: 'watch',
      answer: { code: 403, reason: 'Forbidden' },
    })
    world.pod('shop-db-1').write(sequence('a', 1, 5))
    const following = follow('', hurry)
    await following.shows('a 5"')
    world.pod('shop-db-2').write(sequence('b', 1, 5))
    await following.shows('b 5"')
    await following.interrupt()
    deny()
  })

  test('a log that may not be read is told of, and when there is no other it ends', async () => {
    world.pod('shop-db-1').write(sequence('a', 1, 5))
    world.pod('shop-db-2').write(sequence('b', 1, 5))
    const answer = { code: 403, reason: 'Forbidden' }
    world.server.faults.add({ resource: 'pods/log', pod: 'shop-db-2', answer })
    const one = follow()
    await one.told('the log of shop-db-2/postgres cannot be read')
    await one.shows('a 5"')
    expect((await one.interrupt()).code).toBe(130)
    world.server.faults.add({ resource: 'pods/log', answer })
    const { code, stdout, stderr } = await follow().ended
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('Incomplete: without shop-db-')
    expect(stderr).toContain('get pods/log in namespace "shop"')
  })

  test('the reader of stdout going away ends it at once', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 50))
    const { kubeconfig } = world
    const { code, stderr } = await cli('logs cluster shop-db -f', { kubeconfig, stdoutClosesAfter: 10 })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('made readable, the lines of all pods come in the order of time', async () => {
    const [one, two] = [world.pod('shop-db-1'), world.pod('shop-db-2')]
    const record = (pod: string, second: number) =>
      JSON.stringify({ level: 'info', ts: `2026-11-23T06:00:0${second}Z`, msg: `m${second}`, logging_pod: pod })
    one.write([record('shop-db-1', 1), record('shop-db-1', 3)])
    two.write([record('shop-db-2', 2), record('shop-db-2', 4)])
    const following = follow('--pretty')
    await following.shows('m4')
    const { stdout } = await following.interrupt()
    expect(stdout.split('\n').map((line) => line.slice(0, 42).trimEnd())).toEqual([
      '2026-11-23T06:00:01Z    INFO     shop-db-1',
      '2026-11-23T06:00:02Z    INFO     shop-db-2',
      '2026-11-23T06:00:03Z    INFO     shop-db-1',
      '2026-11-23T06:00:04Z    INFO     shop-db-2',
      '',
    ])
  })
})
