import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/api/cluster.ts'
import { certificateLogin, certificateRule } from '../../src/model/certificate-login.ts'

const cluster = (...rules: string[]): Cluster => ({ metadata: { name: 'c' }, spec: { postgresql: { pg_hba: rules } } })
const login = (role: string, ...rules: string[]) => certificateLogin(cluster(...rules), role, 'shop')

describe('the rule that decides', () => {
  it.each([
    ['hostssl all app all cert', 'yes'],
    ['hostssl shop,other app 10.0.0.0/8 cert map=x', 'yes'],
    ['hostssl "shop" "app" 10.0.0.0 255.0.0.0 cert', 'yes'],
    ['hostssl all app, other ::1/128 cert # by certificate', 'yes'],
    ['hostssl all app fe80:: ffff:: cert', 'yes'],
    ['hostssl all all all trust clientcert=verify-full', 'yes'],
    ['hostssl all all all scram-sha-256 clientcert=verify-full', 'no'],
    ['host all all 0.0.0.0/0 md5', 'no'],
    ['hostssl all all all reject', 'no'],
    ['hostssl all +staff all cert', 'unknown'],
    ['hostssl all /^a all cert', 'unknown'],
    ['hostssl sameuser app all cert', 'unknown'],
  ])('%s: %s', (rule, accepted) => {
    expect(login('app', rule)).toEqual({ accepted, rule })
  })

  it.each([
    'local all all peer',
    'hostnossl all app all cert',
    'hostssl all other all cert',
    'hostssl other app all cert',
    'hostssl all "all" all cert',
    '# hostssl all app all cert',
    'hostssl all app',
    '',
  ])('is not %s, but the last one, which asks for a password', (rule) => {
    expect(login('app', rule)).toEqual({ accepted: 'no', rule: null })
  })

  it('is the first that concerns the role', () => {
    expect(login('app', 'host all app all md5', 'hostssl all app all cert').accepted).toBe('no')
    expect(login('app', 'host all joe all md5', 'hostssl all app all cert').accepted).toBe('yes')
    expect(certificateLogin({ metadata: { name: 'c' }, spec: {} }, 'app', 'shop').accepted).toBe('no')
    expect(certificateLogin(cluster(), 'streaming_replica', 'postgres').accepted).toBe('yes')
  })
})

it.each([
  ['app', 'shop', 'hostssl shop app all cert'],
  ['all', 'My Shop', 'hostssl "My Shop" "all" all cert'],
  ['a "b"', 'x', 'hostssl x "a ""b""" all cert'],
])('the line for %s in %s would let it in', (role, database, line) => {
  expect(certificateRule(role, database)).toBe(line)
  expect(certificateLogin(cluster(line), role, database).accepted).toBe('yes')
})
