/** `npm run bench [-- PART...]`: measured figures of the parts named, or of all. They are printed, never judged: machines differ. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Each is a program of its own under `scripts/bench`, which can also be run alone with arguments. */
const parts = ['startup', 'fleet', 'logs', 'psql']

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !parts.includes(name))
if (unknown.length > 0) {
  console.error(`There is no part "${unknown.join('", "')}"; there are: ${parts.join(', ')}`)
  process.exit(2)
}
for (const name of chosen.length > 0 ? chosen : parts) {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'bench', `${name}.ts`)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
