/** The little of ASN.1's distinguished encoding that a certificate needs (X.690, RFC 5280). */

export function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

export function sequence(...parts: Uint8Array[]): Buffer {
  return der(0x30, ...parts)
}

export function set(...parts: Uint8Array[]): Buffer {
  return der(0x31, ...parts)
}

export function octets(content: Uint8Array): Buffer {
  return der(0x04, content)
}

export function boolean(value: boolean): Buffer {
  return der(0x01, Buffer.from([value ? 0xff : 0]))
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : Buffer.from(bytes)
  return der(0x02, positive)
}

/** A bit string without unused bits, or with `unused` of them at the end. */
export function bits(content: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), content)
}

export function utf8(value: string): Buffer {
  return der(0x0c, Buffer.from(value, 'utf8'))
}

/** An object identifier in dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}

/** UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(0, 14)
  const short = date.getUTCFullYear() < 2050
  return short ? der(0x17, Buffer.from(`${digits.slice(2)}Z`)) : der(0x18, Buffer.from(`${digits}Z`))
}

/** `[tag] EXPLICIT`, or an implicit one around primitive content when `constructed` is false. */
export function context(tag: number, content: Uint8Array, constructed = true): Buffer {
  return der((constructed ? 0xa0 : 0x80) | tag, content)
}
