import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signExecutable } from '../../scripts/release/code-signature.ts'
import { scratchFolder } from './support.ts'

let scratch: { path: string; remove: () => Promise<void> }
beforeAll(async () => (scratch = await scratchFolder('signature-test-')))
afterAll(() => scratch?.remove())

const CODE = 10_016
const LINK_EDIT = 8_192

/** The shape of what Bun compiles for Intel: the signature in it covers less than there is, and is of somebody else. */
function executable(): Buffer {
  const command = (kind: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes)
    buffer.writeUInt32LE(kind, 0)
    buffer.writeUInt32LE(bytes, 4)
    return buffer
  }
  const segment = (name: string, offset: number, bytes: number) => {
    const buffer = command(0x19, 72)
    buffer.write(name, 8)
    for (const [place, value] of [bytes, offset, bytes].entries())
      buffer.writeBigUInt64LE(BigInt(value), 32 + place * 8)
    return buffer
  }
  const signature = command(0x1d, 16)
  signature.writeUInt32LE(CODE, 8)
  signature.writeUInt32LE(64, 12)
  const commands = [segment('__TEXT', 0, 4096), segment('__LINKEDIT', LINK_EDIT, CODE + 64 - LINK_EDIT), signature]
  const header = Buffer.alloc(32)
  for (const [place, value] of [[0, 0xfeedfacf] as const, [16, commands.length] as const])
    header.writeUInt32LE(value, place)
  const start = Buffer.concat([header, ...commands])
  return Buffer.concat([start, Buffer.alloc(CODE - start.length, 'code'), Buffer.alloc(64, 'stale')])
}

test('an executable for macOS gets a signature that covers all of it, as the kernel checks it', async () => {
  const file = join(scratch.path, 'program')
  await writeFile(file, executable(), { mode: 0o755 })
  await signExecutable(file, 'kubectl-cnpg')
  const program = await readFile(file)
  expect((await stat(file)).mode & 0o777).toBe(0o755)

  // The load commands lead to the signature, which ends the file; its segment holds it, in whole pages of memory.
  const [linkEdit, signature] = [32 + 72, 32 + 144]
  const room = program.readUInt32LE(signature + 12)
  expect(program.readUInt32LE(signature + 8)).toBe(CODE)
  expect(program.length).toBe(CODE + room)
  expect(program.readBigUInt64LE(linkEdit + 48)).toBe(BigInt(program.length - LINK_EDIT))
  expect(program.readBigUInt64LE(linkEdit + 32)).toBe(16_384n)

  // 20 for the outer blob, 88 and the name for the directory, 32 for each of three pages; rounded up to 16.
  expect(room).toBe(224)
  const blob = program.subarray(CODE)
  expect(Array.from({ length: 5 }, (_, word) => blob.readUInt32BE(word * 4))).toEqual([0xfade0cc0, 217, 1, 0, 20])
  const directory = blob.subarray(20)
  expect(directory.readUInt32BE(0)).toBe(0xfade0c02)
  expect(directory.readUInt32BE(4)).toBe(217 - 20)
  expect(directory.readUInt32BE(12) & 2, 'ad hoc').toBe(2)
  expect(directory.readUInt32BE(12) & 0x10000, 'hardened runtime, which would need entitlements').toBe(0)
  expect(directory.readUInt32BE(32), 'what is covered').toBe(CODE)
  expect([...directory.subarray(36, 40)], 'SHA-256, pages of 4 KiB').toEqual([32, 2, 0, 12])
  expect(directory.readBigUInt64BE(72), 'bytes of the main code').toBe(4096n)
  const identifier = directory.readUInt32BE(20)
  expect(directory.toString('latin1', identifier, identifier + 13)).toBe('kubectl-cnpg\0')

  const hashes = directory.readUInt32BE(16)
  expect(directory.readUInt32BE(28)).toBe(3)
  for (const [page, end] of [4096, 8192, CODE].entries()) {
    const hash = createHash('sha256').update(program.subarray(page * 4096, end))
    const at = hashes + page * 32
    expect(directory.subarray(at, at + 32).equals(hash.digest()), `page ${page}`).toBe(true)
  }
})

test('what is no executable for macOS is refused', async () => {
  const file = join(scratch.path, 'other')
  await writeFile(file, '#!/bin/sh\nexit\n# and some more words here\n')
  await expect(signExecutable(file, 'kubectl-cnpg')).rejects.toThrow('no executable for macOS')
  const unsigned = executable()
  unsigned.writeUInt32LE(2, 16)
  await writeFile(file, unsigned)
  await expect(signExecutable(file, 'kubectl-cnpg')).rejects.toThrow('no room for a signature')
})
