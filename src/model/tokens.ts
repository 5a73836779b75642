import type { Token } from './cluster-status.ts'

/** Members of the token in the order in which they are checked (spec/wire-formats.md G.5). */
const MEMBERS = [
  'latestCheckpointTimelineID',
  'redoWalFile',
  'databaseSystemIdentifier',
  'latestCheckpointREDOLocation',
  'timeOfLatestCheckpoint',
  'operatorVersion',
] as const

/**
 * Reads a demotion or promotion token: base64 of a JSON object of strings.
 *
 * @param systemId the primary's system identifier, null when no primary answered
 */
export function readToken(token: string, systemId: string | null): Token {
  const unread: Token = {
    token,
    error: null,
    decoded: false,
    timeline: null,
    redoWalFile: null,
    redoLsn: null,
    systemId: null,
    systemIdMatches: null,
    checkpointTime: null,
    operatorVersion: null,
  }
  const text = decodeBase64(token)
  if (text === undefined) return { ...unread, error: 'it is not base64' }
  const members = parseMembers(text)
  if (!members) return { ...unread, error: 'it does not hold a JSON object' }
  const own = members['databaseSystemIdentifier'] || null
  const empty = MEMBERS.find((name) => !members[name])
  return {
    token,
    error: empty ? `${empty} is empty` : null,
    decoded: true,
    timeline: members['latestCheckpointTimelineID'] || null,
    redoWalFile: members['redoWalFile'] || null,
    redoLsn: members['latestCheckpointREDOLocation'] || null,
    systemId: own,
    systemIdMatches: systemId === null || own === null ? null : own === systemId,
    checkpointTime: members['timeOfLatestCheckpoint'] || null,
    operatorVersion: members['operatorVersion'] || null,
  }
}

function decodeBase64(text: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0)))
  } catch {
    return undefined
  }
}

function parseMembers(text: string): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
  } catch {
    return undefined
  }
}
