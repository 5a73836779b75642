import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../build/bundle.ts'

/**
 * Makes the npm package with the bundle in it, and no dependencies: all that is needed is in the bundle. `licenses` is the
 * file with those of what was bundled.
 */
export async function packNpm(version: string, bundle: string, licenses: string, outfile: string): Promise<void> {
  const folder = `${outfile}.content`
  try {
    await mkdir(join(folder, 'dist'), { recursive: true })
    await cp(bundle, join(folder, 'dist', 'cli.cjs'))
    await cp(licenses, join(folder, basename(licenses)))
    for (const name of ['bin', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md']) {
      await cp(join(root, name), join(folder, name), { recursive: true })
    }
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, unknown>
    const {
      private: _private,
      scripts: _scripts,
      dependencies: _dependencies,
      devDependencies: _dev,
      files: _files,
      ...rest
    } = manifest
    await writeFile(join(folder, 'package.json'), `${JSON.stringify({ ...rest, version }, null, 2)}\n`)
    await settleModes(folder)
    const argv = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]
    const { stdout } = await promisify(execFile)('npm', argv, { cwd: folder })
    await rename(join(folder, stdout.trim()), outfile)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Readable for all and executable where its owner may run it: npm keeps modes, and those of a checkout are its umask's. */
async function settleModes(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    const file = join(folder, name)
    const { mode } = await stat(file)
    await chmod(file, mode & 0o100 ? 0o755 : 0o644)
  }
}
