import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, rm } from 'node:fs/promises'
import { CliError } from '../../errors/cli-error.ts'
import type { Clock } from '../../host/types.ts'
import { reasonOf } from './files.ts'

/** What a lock file holds. */
interface Holder {
  token: string
  since: string
  /** Nobody holds it longer: a run that was killed is not waited for. */
  until: string
}

const PAUSE_MS = 50

/**
 * Takes a lock file and returns the way to give it back; undefined when another run has it. A lock outlives no run: it names the
 * end of the time that its run may take, after which it counts for nothing (processes of other containers cannot be looked at).
 * Throws CliError `config` when the file cannot be made.
 *
 * @param lifeMs how long this run may hold it at most
 */
export async function takeLock(path: string, lifeMs: number, clock: Clock): Promise<(() => Promise<void>) | undefined> {
  const now = clock.now().getTime()
  const mine: Holder = {
    token: randomBytes(8).toString('hex'),
    since: new Date(now).toISOString(),
    until: new Date(now + lifeMs).toISOString(),
  }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await create(path, mine)) return () => giveBack(path, mine.token)
    const text = await contentOf(path)
    if (text === undefined) continue
    if (!isStale(text, now)) return undefined
    await breakLock(path, text)
  }
  return undefined
}

/** As {@link takeLock}, but waits for another run. Throws CliError `timeout` when it does not end in time. */
export async function awaitLock(
  path: string,
  { lifeMs, waitMs, clock }: { lifeMs: number; waitMs: number; clock: Clock },
): Promise<() => Promise<void>> {
  const end = clock.monotonic() + waitMs
  for (;;) {
    const release = await takeLock(path, lifeMs, clock)
    if (release !== undefined) return release
    if (clock.monotonic() >= end) throw new CliError({ kind: 'timeout', message: `another run holds ${path}` })
    await clock.sleep(PAUSE_MS)
  }
}

/** False when there is one already. */
async function create(path: string, holder: Holder): Promise<boolean> {
  // Made whole under another name first: nobody ever sees it empty.
  const draft = `${path}.${holder.token}`
  try {
    const file = await open(draft, 'wx', 0o600)
    await file.writeFile(JSON.stringify(holder)).finally(() => file.close())
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new CliError({ kind: 'config', message: `cannot take the lock ${path}: ${reasonOf(error)}` })
  } finally {
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

async function giveBack(path: string, token: string): Promise<void> {
  const text = await contentOf(path)
  // Somebody may have broken it after its time.
  if (text !== undefined && holderIn(text)?.token === token) await rm(path, { force: true })
}

function isStale(text: string, now: number): boolean {
  const until = Date.parse(holderIn(text)?.until ?? '')
  return Number.isNaN(until) || until < now
}

/** Takes a stale lock away; should another run have made a new one in between, that is put back. */
async function breakLock(path: string, seen: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await rename(path, aside)
    if ((await contentOf(aside)) !== seen) await link(aside, path)
  } catch {
    // Somebody else was quicker.
  } finally {
    await rm(aside, { force: true }).catch(() => undefined)
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

function holderIn(text: string): Partial<Holder> | undefined {
  try {
    return JSON.parse(text) as Partial<Holder>
  } catch {
    return undefined
  }
}
