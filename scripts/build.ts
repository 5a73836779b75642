// npm run build: src/entry.ts and all it needs become dist/cli.cjs, with esbuild's account of it in dist/meta.json.
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { bundle } from './build/bundle.ts'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
await mkdir(dist, { recursive: true })
const { metafile } = await bundle({ outfile: `${dist}/cli.cjs` })
await writeFile(`${dist}/meta.json`, JSON.stringify(metafile))
console.log(`dist/cli.cjs  ${(Object.values(metafile.outputs)[0]?.bytes ?? 0).toLocaleString('en')} bytes`)
