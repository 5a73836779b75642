import { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PodClient } from './pod-client.ts'
import { startPostgresCluster } from './postgres/cluster.ts'
import type { PostgresCluster } from './postgres/cluster.ts'

let cluster: PostgresCluster

beforeAll(async () => {
  cluster = await startPostgresCluster({
    name: 'mycluster',
    namespace: 'shop',
    hbaRules: ['hostssl app juliet all cert'],
  })
})
afterAll(async () => {
  await cluster.stop()
})

function over(options: {
  user: string
  database: string
  port?: number
  password?: string
  ssl?: pg.ClientConfig['ssl']
}): pg.Client {
  const client = new pg.Client({ host: '127.0.0.1', port: cluster.server(cluster.primary).port, ...options })
  client.on('error', () => undefined)
  return client
}

async function loginAs(options: Parameters<typeof over>[0]): Promise<string> {
  const client = over(options)
  try {
    await client.connect()
    const { rows } = await client.query<{ user: string }>('SELECT current_user AS user')
    return rows[0]?.user ?? ''
  } finally {
    await client.end()
  }
}

describe('three servers', () => {
  test('are one primary and two standbys that stream from it through their slots', async () => {
    const primary = cluster.server('mycluster-1')
    const rows = await primary.query(
      `SELECT application_name, state, usename, ssl, slot_name, active FROM pg_stat_replication
         JOIN pg_stat_ssl USING (pid) JOIN pg_replication_slots ON active_pid = pid ORDER BY 1`,
    )
    const standby = (name: string, slot: string) => ({
      application_name: name,
      state: 'streaming',
      usename: 'streaming_replica',
      ssl: true,
      slot_name: slot,
      active: true,
    })
    expect(rows).toEqual([standby('mycluster-2', '_cnpg_mycluster_2'), standby('mycluster-3', '_cnpg_mycluster_3')])
    for (const name of ['mycluster-2', 'mycluster-3']) {
      expect(await cluster.server(name).query('SELECT pg_is_in_recovery() AS standby')).toEqual([{ standby: true }])
    }
  })

  test('do not run as root', async () => {
    const [row] = await cluster
      .server('mycluster-1')
      .query<{ uid: number }>(
        "SELECT (regexp_match(pg_read_file('/proc/self/status'), 'Uid:\\s+(\\d+)'))[1]::int AS uid",
      )
    expect(row?.uid).toBeGreaterThan(0)
  })

  test('live with the parameters the Cluster names, and none waits for a restart', async () => {
    for (const server of cluster.servers.values()) {
      const rows = await server.query<{ name: string; value: string; pending: boolean }>(
        'SELECT name, current_setting(name) AS value, pending_restart AS pending FROM pg_settings',
      )
      const live = new Map(rows.map((row) => [row.name.toLowerCase(), row.value]))
      expect(Object.fromEntries(Object.keys(cluster.parameters).map((name) => [name, live.get(name)]))).toEqual({
        ...cluster.parameters,
        log_truncate_on_rotation: 'off',
      })
      expect(rows.filter((row) => row.pending)).toEqual([])
    }
  })

  test('present a certificate of the cluster, named like its services', async () => {
    const socket = await cluster.pod('mycluster-1').connect(5432)
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
    await new Promise((resolve) => socket.once('data', resolve))
    const secure = connect({
      socket,
      ca: cluster.credentials.authority.certificate,
      servername: 'mycluster-rw.shop.svc',
    })
    await new Promise((resolve, reject) => secure.once('secureConnect', () => resolve(undefined)).once('error', reject))
    expect(secure.authorized).toBe(true)
    expect(new X509Certificate(secure.getPeerCertificate(true).raw).subject).toBe('CN=mycluster-rw')
    secure.destroy()
  })
})

describe('access over the network', () => {
  const trusted = () => ({ ca: cluster.credentials.authority.certificate, checkServerIdentity: () => undefined })

  test('is by password for the application', async () => {
    const app = { user: 'app', database: 'app', password: cluster.credentials.appPassword }
    expect(await loginAs(app)).toBe('app')
    expect(await loginAs({ ...app, ssl: trusted() })).toBe('app')
    await expect(loginAs({ ...app, password: 'wrong' })).rejects.toMatchObject({ code: '28P01' })
  })

  test('is by certificate for the replication role, and only so', async () => {
    const { certificate: cert, key } = cluster.credentials.replication
    const login = { user: 'streaming_replica', database: 'postgres' }
    expect(await loginAs({ ...login, ssl: { ...trusted(), cert, key } })).toBe('streaming_replica')
    await expect(loginAs({ ...login, ssl: trusted() })).rejects.toMatchObject({ code: '28000' })
    await expect(loginAs({ ...login, database: 'app', ssl: { ...trusted(), cert, key } })).rejects.toThrow()
  })

  test('is by certificate for users whom a rule of the Cluster says so', async () => {
    await cluster.server('mycluster-1').query('CREATE ROLE juliet LOGIN')
    const { certificate: cert, key } = await cluster.credentials.authority.issue({ commonName: 'juliet' })
    expect(await loginAs({ user: 'juliet', database: 'app', ssl: { ...trusted(), cert, key } })).toBe('juliet')
  })

  test('is refused to postgres, who has no password', async () => {
    await expect(loginAs({ user: 'postgres', database: 'postgres', password: 'x' })).rejects.toMatchObject({
      code: '28P01',
    })
  })
})

describe('changes', () => {
  const rowsOf = async (name: string): Promise<number> => {
    const client = await cluster.server(name).connect({ database: 'app' })
    const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM sandbox_load')
    await client.end()
    return rows[0]?.n ?? 0
  }

  test('writing moves the positions, and the standbys replay it', async () => {
    const status = new PodClient(cluster.pod('mycluster-1'))
    const before = (await status.status())['currentLsn']
    await cluster.generateWal(3_000_000)
    await cluster.waitReplayed()
    const { currentLsn } = await status.status()
    const [moved] = await cluster
      .server('mycluster-1')
      .query<{ bytes: string }>('SELECT pg_wal_lsn_diff($1, $2) AS bytes', [currentLsn, before])
    expect(Number(moved?.bytes)).toBeGreaterThan(2_500_000)
    expect(await rowsOf('mycluster-3')).toBe(2500)
  })

  test('a setting that a reload takes is live at once, another waits for the restart', async () => {
    const hash = (await new PodClient(cluster.pod('mycluster-1')).status())['loadedConfigurationHash']
    await cluster.configure({ parameters: { ...cluster.parameters, work_mem: '7MB', max_connections: '60' } })
    for (const name of ['mycluster-1', 'mycluster-2']) {
      const client = new PodClient(cluster.pod(name))
      await expect.poll(() => client.status()).toMatchObject({ pendingRestart: true, pendingRestartForDecrease: false })
      expect((await client.status())['loadedConfigurationHash']).not.toBe(hash)
      expect(await cluster.server(name).query('SHOW work_mem')).toEqual([{ work_mem: '7MB' }])
    }
    for (const name of ['mycluster-2', 'mycluster-3', 'mycluster-1']) await cluster.restart(name)
    expect(await cluster.server('mycluster-1').query('SHOW max_connections')).toEqual([{ max_connections: '60' }])
    expect(await new PodClient(cluster.pod('mycluster-1')).status()).toMatchObject({ pendingRestart: false })
    for (const name of ['mycluster-2', 'mycluster-3']) await cluster.waitStreaming(name)
  })

  test('a lower limit is told as a decrease, on the primary first', async () => {
    await cluster.configure({ parameters: { ...cluster.parameters, max_connections: '50' } })
    await expect
      .poll(() => new PodClient(cluster.pod('mycluster-1')).status())
      .toMatchObject({ pendingRestart: true, pendingRestartForDecrease: true })
    await expect
      .poll(() => new PodClient(cluster.pod('mycluster-2')).status())
      .toMatchObject({ pendingRestart: false, pendingRestartForDecrease: true })
    await cluster.restart('mycluster-1')
    // From here on the standbys may restart, too.
    await expect
      .poll(() => new PodClient(cluster.pod('mycluster-2')).status(), { timeout: 10_000 })
      .toMatchObject({ pendingRestart: true, pendingRestartForDecrease: true })
    await cluster.waitReplayed()
    for (const name of ['mycluster-2', 'mycluster-3']) await cluster.restart(name)
    for (const name of ['mycluster-2', 'mycluster-3']) await cluster.waitStreaming(name)
  })

  test('a switchover makes the target primary on a new timeline, and all others follow it', async () => {
    const since = cluster.primarySince
    await cluster.switchover('mycluster-2')
    expect([cluster.primary, cluster.timeline]).toEqual(['mycluster-2', 2])
    expect(cluster.primarySince.getTime()).toBeGreaterThan(since.getTime())
    const status = await new PodClient(cluster.pod('mycluster-2')).status()
    expect(status).toMatchObject({ isPrimary: true, timeLineID: 2 })
    expect(
      (status['replicationInfo'] as { applicationName: string }[]).map((row) => row.applicationName).sort(),
    ).toEqual(['mycluster-1', 'mycluster-3'])
    expect((status['replicationSlotsInfo'] as { slotName: string }[]).map((row) => row.slotName).sort()).toEqual([
      '_cnpg_mycluster_1',
      '_cnpg_mycluster_3',
    ])
    await cluster.generateWal(1_000_000)
    await cluster.waitReplayed()
    expect(await rowsOf('mycluster-1')).toBe(await rowsOf('mycluster-2'))
  })

  test('a primary that crashed with more than its standbys have is copied anew when it comes back', async () => {
    const lost = 'mycluster-2'
    for (const name of ['mycluster-1', 'mycluster-3']) await cluster.server(name).stop()
    await cluster.generateWal(2_000_000)
    await cluster.deletePod(lost, 'immediate')
    for (const name of ['mycluster-1', 'mycluster-3']) await cluster.server(name).start()
    await cluster.promote('mycluster-3')
    await cluster.waitStreaming('mycluster-1')
    const kept = await rowsOf('mycluster-3')
    await cluster.createPod(lost)
    await cluster.generateWal(120_000)
    await cluster.waitReplayed()
    expect(await rowsOf(lost)).toBe(kept + 100)
    expect([cluster.primary, cluster.timeline]).toEqual(['mycluster-3', 3])
  })

  test('a fenced instance is down with its pod there, and streams again afterwards', async () => {
    await cluster.fence('mycluster-1')
    expect(cluster.server('mycluster-1').running).toBe(false)
    expect(cluster.pod('mycluster-1').ready).toBe(true)
    expect(await new PodClient(cluster.pod('mycluster-1')).status()).toMatchObject({
      mightBeUnavailable: true,
      isPrimary: false,
    })
    await cluster.unfence('mycluster-1')
    await cluster.waitStreaming('mycluster-1')
    expect(await new PodClient(cluster.pod('mycluster-1')).status()).toMatchObject({ mightBeUnavailable: false })
  })

  test('an instance can be added, and another destroyed with its slot', async () => {
    const pod = await cluster.addInstance()
    expect(pod.name).toBe('mycluster-4')
    await cluster.destroyInstance('mycluster-1')
    expect([...cluster.pods.keys()].sort()).toEqual(['mycluster-2', 'mycluster-3', 'mycluster-4'])
    const slots = await cluster
      .server('mycluster-3')
      .query<{ slot_name: string }>('SELECT slot_name FROM pg_replication_slots ORDER BY 1')
    expect(slots.map((row) => row.slot_name)).toEqual(['_cnpg_mycluster_2', '_cnpg_mycluster_4'])
  })

  test('failing archiving shows in the status until it works again', async () => {
    const client = new PodClient(cluster.pod('mycluster-3'))
    await cluster.failArchiving(true)
    await cluster.generateWal(100_000)
    await cluster.server('mycluster-3').query('SELECT pg_switch_wal()')
    await expect
      .poll(async () => (await client.status())['lastFailedWAL'], { timeout: 10_000 })
      .toMatch(/^[0-9A-F]{24}$/)
    const failing = await client.status()
    expect(failing['readyWalFiles']).toBeGreaterThan(0)
    expect(failing).not.toHaveProperty('isArchivingWAL')
    await cluster.failArchiving(false)
  })
})
