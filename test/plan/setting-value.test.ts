import { describe, expect, it } from 'vitest'
import type { LiveSetting } from '../../src/api/snapshot.ts'
import { isLive } from '../../src/plan/setting-value.ts'

function live(members: Partial<LiveSetting>): LiveSetting {
  return {
    name: 'x',
    setting: null,
    unit: null,
    type: 'string',
    shown: null,
    pendingRestart: false,
    source: 'configuration file',
    inFile: null,
    file: null,
    error: null,
    loaded: true,
    ...members,
  }
}

describe('a value of the spec is live', () => {
  it.each([
    ['256MB', { setting: '32768', unit: '8kB', type: 'integer' }],
    ['1GB', { setting: '131072', unit: '8kB', type: 'integer' }],
    ['1.5GB', { setting: '1572864', unit: 'kB', type: 'integer' }],
    ['16MB', { setting: '16777216', unit: 'B', type: 'integer' }],
    ['5min', { setting: '300', unit: 's', type: 'integer' }],
    ['1h', { setting: '60', unit: 'min', type: 'integer' }],
    ['1500us', { setting: '2', unit: 'ms', type: 'integer' }],
    ['90', { setting: '90', unit: 's', type: 'integer' }],
    ['0x10', { setting: '16', type: 'integer' }],
    ['0.9', { setting: '0.9', type: 'real' }],
    ['.5', { setting: '0.5', type: 'real' }],
    ['true', { setting: 'on', type: 'bool' }],
    ['yes', { setting: 'on', type: 'bool' }],
    ['F', { setting: 'off', type: 'bool' }],
    ['Logical', { setting: 'logical', type: 'enum' }],
    ['', { setting: '', type: 'string' }],
    ['8kB', { setting: '1', unit: '8kB', shown: '8kB', type: 'integer' }],
    ['hot_standby', { setting: 'replica', type: 'enum', inFile: 'hot_standby' }],
    // What our own session set for itself says nothing: the files do.
    ['30s', { setting: '2500', unit: 'ms', type: 'integer', source: 'session', inFile: '30s' }],
    ['Europe/Berlin', { setting: 'UTC', source: 'client', inFile: 'Europe/Berlin' }],
  ] as const)('%s', (wanted, members) => {
    expect(isLive(wanted, live(members))).toBe(true)
  })
})

describe('a value of the spec is not live', () => {
  it.each([
    ['512MB', { setting: '32768', unit: '8kB', type: 'integer' }],
    ['10', { setting: '9', type: 'integer' }],
    ['banana', { setting: '4096', unit: 'kB', type: 'integer', inFile: 'banana' }],
    ['on', { setting: 'off', type: 'bool' }],
    ['o', { setting: 'off', type: 'bool' }],
    ['a', { setting: null }],
    ['hot_standby', { setting: 'replica', type: 'enum', inFile: 'hot_standby', loaded: false }],
    ['hot_standby', { setting: 'replica', type: 'enum', inFile: 'hot_standby', error: 'invalid' }],
    ['b', { setting: 'a', inFile: 'b', source: 'override' }],
    // Only the role that asks has it, by ALTER ROLE … SET.
    ['8MB', { setting: '8192', unit: 'kB', type: 'integer', source: 'user', inFile: '4MB' }],
    ['2500', { setting: '2500', unit: 'ms', type: 'integer', source: 'session', inFile: '2500', loaded: false }],
  ] as const)('%s, %o', (wanted, members) => {
    expect(isLive(wanted, live(members))).toBe(false)
  })
})
