import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubeconfigFile, type Place, program } from './support/program.ts'
import { type Program, type StandIn, startStandIn } from './support/stand-in.ts'

const MIB = 1024 * 1024
const BLOCK = randomBytes(MIB)

let standIn: StandIn
let place: Place

/** Copies its input, or, asked for so many MiB, prints them, or counts what it is given. */
const behaviour: Program = async (request) => {
  const [task, count] = request.command.slice(3)
  if (task === 'print') for (let mib = 0; mib < Number(count); mib++) await request.stdout(BLOCK)
  let bytes = 0
  const hash = createHash('sha256')
  for await (const chunk of request.stdin ?? []) {
    bytes += chunk.length
    if (task === 'copy') await request.stdout(chunk)
    if (task === 'count') hash.update(chunk)
  }
  if (task === 'count') await request.stdout(Buffer.from(`${bytes} ${hash.digest('hex')}`))
  return 0
}

beforeAll(async () => {
  standIn = await startStandIn(behaviour)
  place = await kubeconfigFile(standIn.kubeconfig)
})
afterAll(async () => {
  await place.remove()
  await standIn.close()
})

interface Outcome {
  code: number | null
  bytes: number
  hash: string
  /** The first bytes of stdout. */
  text: string
  /** Largest resident set of the process in bytes. */
  peak: number
}

/** Runs psql as a process, with so many MiB on stdin. */
async function psql(words: readonly string[], mib: number): Promise<Outcome> {
  const report = join(place.folder, `peak-${words.join('-')}-${mib}`)
  const note = `import { writeFileSync } from 'node:fs'
    process.on('exit', () => writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS)))`
  const watched = ['--import', `data:text/javascript,${encodeURIComponent(note)}`, ...program]
  const child = spawn(process.execPath, [...watched, 'psql', 'shop-db', '--', ...words], {
    env: { ...process.env, ...place.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const fed = pipeline(Readable.from(blocks(mib)), child.stdin)
  const hash = createHash('sha256')
  let bytes = 0
  let text = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    bytes += chunk.length
    hash.update(chunk)
    if (text.length < 200) text += chunk.toString('latin1', 0, 200)
  }
  await fed
  const code = await ended
  return { code, bytes, hash: hash.digest('hex'), text, peak: Number(await readFile(report, 'utf8')) * 1024 }
}

function* blocks(mib: number): Generator<Buffer> {
  for (let each = 0; each < mib; each++) yield BLOCK
}

function hashOf(mib: number): string {
  const hash = createHash('sha256')
  for (const block of blocks(mib)) hash.update(block)
  return hash.digest('hex')
}

const LARGE = 200
/** What a large run may take more than one of 40 MiB; the further data itself is several times that. */
const SLACK = 64 * MIB

test('a dump on stdin arrives byte for byte, its end too, in constant memory', async () => {
  const small = await psql(['count'], 40)
  const large = await psql(['count'], LARGE)
  expect(large).toMatchObject({ code: 0, text: `${LARGE * MIB} ${hashOf(LARGE)}` })
  expect(large.peak - small.peak).toBeLessThan(SLACK)
})

test('output comes back byte for byte in constant memory', async () => {
  const small = await psql(['print', '40'], 0)
  const large = await psql(['print', String(LARGE)], 0)
  expect(large).toMatchObject({ code: 0, bytes: LARGE * MIB, hash: hashOf(LARGE) })
  expect(large.peak - small.peak).toBeLessThan(SLACK)
})

test('both at once', async () => {
  expect(await psql(['copy'], LARGE)).toMatchObject({ code: 0, bytes: LARGE * MIB, hash: hashOf(LARGE) })
})
