import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { createGzip } from 'node:zlib'

/**
 * Packs what is in `folder` as a tar.gz that depends on the contents alone: sorted names, one time (seconds since
 * 1970), no owner, no name or time in gzip's header. Takes GNU tar.
 */
export async function packFolder(folder: string, outfile: string, epoch: number): Promise<void> {
  const tar = `${outfile}.tar`
  const fixed = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner', '--format=ustar']
  try {
    await promisify(execFile)('tar', [...fixed, '--mode=u+rw,go=u-w', '-C', folder, '-cf', tar, '.'])
    await pipeline(createReadStream(tar), createGzip(), createWriteStream(outfile))
  } finally {
    await rm(tar, { force: true })
  }
}

/** Throws when tar is another than GNU's, which alone knows the options above. */
export async function requireTar(): Promise<void> {
  const { stdout } = await promisify(execFile)('tar', ['--version']).catch(() => ({ stdout: '' }))
  if (!stdout.includes('GNU tar')) throw new Error('a release takes GNU tar on PATH, as tar')
}

/** In hexadecimal digits. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
