import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'

const MACH_O_64 = 0xfeedfacf
const SEGMENT_64 = 0x19
const CODE_SIGNATURE = 0x1d
const HEADER_BYTES = 32

/** What is hashed as one; that of a signature need not be that of the processor. */
const PAGE = 4096
/** The largest page of a processor that runs macOS, to which sizes in memory are rounded. */
const MEMORY_PAGE = 16384

const SUPER_BLOB = 0xfade0cc0
const CODE_DIRECTORY = 0xfade0c02
const SUPER_BLOB_BYTES = 20
const DIRECTORY_BYTES = 88
const DIRECTORY_VERSION = 0x20400
const AD_HOC_BY_LINKER = 0x20002
const SHA256 = { id: 2, bytes: 32 }
const MAIN_BINARY = 1n

/**
 * Signs the executable for macOS as a linker does (ad hoc: a hash of each page, and no certificate), in place of the signature in
 * it. Bun leaves the runtime's own in what it compiles for Intel, which then fits no longer, and macOS kills what has a wrong one.
 * The structures are those of cs_blobs.h and mach-o/loader.h of Apple's sources. Throws when it is no such executable.
 */
export async function signExecutable(file: string, identifier: string): Promise<void> {
  await writeFile(file, signed(await readFile(file), identifier))
}

function signed(program: Buffer, identifier: string): Buffer {
  const signature = signatureOf(program)
  const linkEdit = segment(program, '__LINKEDIT')
  const text = segment(program, '__TEXT')
  const limit = program.readUInt32LE(signature + 8)
  const name = Buffer.from(`${identifier}\0`)
  const pages = Math.ceil(limit / PAGE)
  const bytes = SUPER_BLOB_BYTES + DIRECTORY_BYTES + name.length + pages * SHA256.bytes
  const room = roundUp(bytes, 16)

  const code = Buffer.from(program.subarray(0, limit))
  code.writeUInt32LE(room, signature + 12)
  const linkEditBytes = BigInt(limit + room) - program.readBigUInt64LE(linkEdit + 40)
  code.writeBigUInt64LE(BigInt(roundUp(Number(linkEditBytes), MEMORY_PAGE)), linkEdit + 32)
  code.writeBigUInt64LE(linkEditBytes, linkEdit + 48)

  const superBlob = words(SUPER_BLOB, bytes, 1, 0, SUPER_BLOB_BYTES)
  const directory = Buffer.concat([
    words(CODE_DIRECTORY, bytes - SUPER_BLOB_BYTES, DIRECTORY_VERSION, AD_HOC_BY_LINKER),
    words(DIRECTORY_BYTES + name.length, DIRECTORY_BYTES, 0, pages, limit),
    Buffer.from([SHA256.bytes, SHA256.id, 0, Math.log2(PAGE)]),
    // Spare; scatter, team; spare; long limit.
    words(0, 0, 0, 0, 0, 0),
    longWords(program.readBigUInt64LE(text + 40), program.readBigUInt64LE(text + 48), MAIN_BINARY),
  ])
  const hashes = Array.from({ length: pages }, (_, page) =>
    createHash('sha256')
      .update(code.subarray(page * PAGE, Math.min((page + 1) * PAGE, limit)))
      .digest(),
  )
  return Buffer.concat([code, superBlob, directory, name, ...hashes, Buffer.alloc(room - bytes)])
}

/** Offset of the load command that says where the signature is. */
function signatureOf(program: Buffer): number {
  const found = commandsOf(program).find(({ kind }) => kind === CODE_SIGNATURE)
  if (found === undefined) throw new Error('the executable for macOS has no room for a signature')
  return found.offset
}

/** Offset of the load command of a segment. */
function segment(program: Buffer, name: string): number {
  const isIt = (offset: number) => program.toString('latin1', offset + 8, offset + 24) === name.padEnd(16, '\0')
  const found = commandsOf(program).find(({ kind, offset }) => kind === SEGMENT_64 && isIt(offset))
  if (found === undefined) throw new Error(`the executable for macOS has no segment ${name}`)
  return found.offset
}

function commandsOf(program: Buffer): { kind: number; offset: number }[] {
  if (program.length < HEADER_BYTES || program.readUInt32LE(0) !== MACH_O_64) throw new Error('no executable for macOS')
  let offset = HEADER_BYTES
  return Array.from({ length: program.readUInt32LE(16) }, () => {
    const command = { kind: program.readUInt32LE(offset), offset }
    offset += program.readUInt32LE(offset + 4)
    return command
  })
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => buffer.writeUInt32BE(value, index * 4))
  return buffer
}

function longWords(...values: bigint[]): Buffer {
  const buffer = Buffer.alloc(values.length * 8)
  values.forEach((value, index) => buffer.writeBigUInt64BE(value, index * 8))
  return buffer
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}
