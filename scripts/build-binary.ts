// npm run build:binary: dist/kubectl-cnpg, a standalone executable for this machine, from the same sources as the bundle.
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './build/bundle.ts'
import { compileBinary } from './build/compile.ts'
import { bundleParts } from './build/parts.ts'

const name = process.platform === 'win32' ? 'kubectl-cnpg.exe' : 'kubectl-cnpg'
const outfile = join(root, 'dist', name)
const folder = await mkdtemp(join(tmpdir(), 'kubectl-cnpg-parts-'))
try {
  await compileBinary({ program: await bundleParts(folder), outfile })
} finally {
  await rm(folder, { recursive: true, force: true })
}
console.log(`dist/${name}  ${(await stat(outfile)).size.toLocaleString('en')} bytes`)
