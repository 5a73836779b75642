// npm run build:binary: dist/kubectl-cnpg, a standalone executable for this machine, from the same bundle as the npm package.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './build/bundle.ts'
import { compileBinary } from './build/compile.ts'

const name = process.platform === 'win32' ? 'kubectl-cnpg.exe' : 'kubectl-cnpg'
const outfile = join(root, 'dist', name)
await compileBinary({ bundle: join(root, 'dist', 'cli.cjs'), outfile })
console.log(`dist/${name}  ${(await stat(outfile)).size.toLocaleString('en')} bytes`)
