import { constants } from 'node:fs'
import type { Dirent } from 'node:fs'
import { chmod, chown, copyFile, lchown, mkdir, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Owner } from '../supervisor.ts'

/** Makes a folder (with its parents) that belongs to the owner, mode 0700. */
export async function makeFolder(path: string, owner: Owner | undefined): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (owner === undefined || first === undefined) return
  for (let made = path; made.length >= first.length; made = join(made, '..')) await chown(made, owner.uid, owner.gid)
}

/** Writes a file that belongs to the owner, mode 0600. */
export async function writeOwned(path: string, text: string, owner: Owner | undefined): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  if (owner !== undefined) await chown(path, owner.uid, owner.gid)
}

/** Folders whose content a base backup leaves out, as pg_basebackup does: it is made anew or belongs to the other server. */
const emptied = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'log',
])
const omitted = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'standby.signal',
  'backup_label.old',
  'pg_internal.init',
  'current_logfiles',
])

/** Copies the data directory of a running server that is in backup mode. Files that vanish meanwhile are left out. */
export async function copyDataDirectory(from: string, to: string, owner: Owner | undefined): Promise<void> {
  await makeFolder(to, owner)
  await copyEntries(from, to, owner, true)
  const archiveStatus = join(to, 'pg_wal', 'archive_status')
  await makeFolder(archiveStatus, owner)
}

async function copyEntries(from: string, to: string, owner: Owner | undefined, top: boolean): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true })
  const own = async (path: string) => (owner === undefined ? undefined : lchown(path, owner.uid, owner.gid))
  const copyOne = async (entry: Dirent) => {
    const { name } = entry
    const source = join(from, name)
    const target = join(to, name)
    if (omitted.has(name) || name.startsWith('pgsql_tmp')) return
    if (entry.isDirectory()) {
      await mkdir(target, { mode: 0o700 })
      await own(target)
      if (!(top && emptied.has(name))) await copyEntries(source, target, owner, false)
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(source), target)
      await own(target)
    } else {
      await copyFile(source, target, constants.COPYFILE_FICLONE)
      await chmod(target, 0o600)
      await own(target)
    }
  }
  // A folder of a database has some 300 files: a few at a time keep the disk busy without thousands of open files.
  const queue = [...entries]
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await copyOne(next)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
