/**
 * Kubernetes' binary form, read only as far as kubectl needs it: some of its commands (auth, create) send built-in kinds that
 * way and no other.
 */

/** Field number → name, and what it holds: a nested message, text (default), a number, a flag, raw bytes or a map. */
type Field = [
  name: string,
  holds?: Message | 'text' | 'number' | 'flag' | 'bytes' | 'textMap' | 'bytesMap',
  repeated?: boolean,
]
type Message = Readonly<Record<number, Field>>

const METADATA: Message = {
  1: ['name'],
  2: ['generateName'],
  3: ['namespace'],
  5: ['uid'],
  6: ['resourceVersion'],
  11: ['labels', 'textMap'],
  12: ['annotations', 'textMap'],
}

const RESOURCE_ATTRIBUTES: Message = {
  1: ['namespace'],
  2: ['verb'],
  3: ['group'],
  4: ['version'],
  5: ['resource'],
  6: ['subresource'],
  7: ['name'],
}

const ACCESS_SPEC: Message = {
  1: ['resourceAttributes', RESOURCE_ATTRIBUTES],
  2: ['nonResourceAttributes', { 1: ['path'], 2: ['verb'] }],
}

const KINDS: Readonly<Record<string, Message>> = {
  SelfSubjectAccessReview: { 1: ['metadata', METADATA], 2: ['spec', ACCESS_SPEC] },
  SelfSubjectRulesReview: { 1: ['metadata', METADATA], 2: ['spec', { 1: ['namespace'] }] },
  SelfSubjectReview: { 1: ['metadata', METADATA] },
  DeleteOptions: {
    1: ['gracePeriodSeconds', 'number'],
    2: ['preconditions', { 1: ['uid'], 2: ['resourceVersion'] }],
    3: ['orphanDependents', 'flag'],
    4: ['propagationPolicy'],
    5: ['dryRun', 'text', true],
  },
  Namespace: { 1: ['metadata', METADATA] },
  Secret: { 1: ['metadata', METADATA], 2: ['data', 'bytesMap'], 3: ['type'], 5: ['immutable', 'flag'] },
  ConfigMap: {
    1: ['metadata', METADATA],
    2: ['data', 'textMap'],
    3: ['binaryData', 'bytesMap'],
    4: ['immutable', 'flag'],
  },
  ServiceAccount: { 1: ['metadata', METADATA] },
}

const MAGIC = Buffer.from('k8s\0', 'latin1')

/** A body of `application/vnd.kubernetes.protobuf` as the object it would be in JSON; undefined for kinds not known here. */
export function decodeProtobuf(body: Buffer): Record<string, unknown> | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined
  const unknown = decode(body.subarray(4), { 1: ['type', { 1: ['apiVersion'], 2: ['kind'] }], 2: ['raw', 'bytes'] })
  const type = unknown['type'] as { apiVersion?: string; kind?: string } | undefined
  const message = KINDS[type?.kind ?? '']
  const raw = unknown['raw']
  if (message === undefined || typeof raw !== 'string') return undefined
  return { ...type, ...decode(Buffer.from(raw, 'base64'), message) }
}

function decode(bytes: Buffer, message: Message): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  let position = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; position < bytes.length; shift *= 128) {
      const byte = bytes[position++] ?? 0
      value += (byte & 0x7f) * shift
      if (byte < 0x80) break
    }
    return value
  }
  while (position < bytes.length) {
    const key = varint()
    const [name, holds, repeated] = message[key >>> 3] ?? []
    const wire = key & 7
    if (wire === 1 || wire === 5) {
      position += wire === 1 ? 8 : 4
      continue
    }
    if (wire === 0) {
      const value = varint()
      if (name !== undefined) result[name] = holds === 'flag' ? value !== 0 : value
      continue
    }
    const length = varint()
    const content = bytes.subarray(position, (position += length))
    if (name === undefined) continue
    if (holds === 'textMap' || holds === 'bytesMap') {
      const entry = decode(content, { 1: ['key'], 2: ['value', holds === 'bytesMap' ? 'bytes' : 'text'] })
      const map = (result[name] ?? {}) as Record<string, unknown>
      result[name] = { ...map, [String(entry['key'])]: entry['value'] ?? '' }
      continue
    }
    const value =
      typeof holds === 'object' ? decode(content, holds) : content.toString(holds === 'bytes' ? 'base64' : 'utf8')
    if (repeated === true) result[name] = [...((result[name] as unknown[] | undefined) ?? []), value]
    else if (value !== '') result[name] = value
  }
  return result
}
