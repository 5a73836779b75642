import { expect, it } from 'vitest'

import { readToken } from '../../src/model/tokens.ts'

const MEMBERS = {
  latestCheckpointTimelineID: '3',
  redoWalFile: '00000003000000000000002A',
  databaseSystemIdentifier: '7412938475610293847',
  latestCheckpointREDOLocation: '0/2A000028',
  timeOfLatestCheckpoint: 'Di 3. März 10:15:42 2026',
  operatorVersion: '1.30.0',
}

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64')

it('reads every member, and compares the system identifier', () => {
  expect(readToken(encode(MEMBERS), '7412938475610293847')).toEqual({
    token: encode(MEMBERS),
    error: null,
    decoded: true,
    timeline: '3',
    redoWalFile: '00000003000000000000002A',
    redoLsn: '0/2A000028',
    systemId: '7412938475610293847',
    systemIdMatches: true,
    checkpointTime: 'Di 3. März 10:15:42 2026',
    operatorVersion: '1.30.0',
  })
  expect(readToken(encode(MEMBERS), '1').systemIdMatches).toBe(false)
  expect(readToken(encode(MEMBERS), null).systemIdMatches).toBeNull()
})

it('names the first empty member', () => {
  expect(readToken(encode({ ...MEMBERS, redoWalFile: '', operatorVersion: '' }), null).error).toBe(
    'redoWalFile is empty',
  )
})

it.each([
  ['no base64 %', 'it is not base64'],
  [encode('no JSON'), 'it does not hold a JSON object'],
  [encode('["a list"]'), 'it does not hold a JSON object'],
  [encode('null'), 'it does not hold a JSON object'],
])('says what is wrong with %s', (token, error) => {
  expect(readToken(token, null)).toMatchObject({ error, decoded: false, systemId: null })
})
