/**
 * `npm run bench [-- PART... [--against PATH]]`: measured figures of the parts named, or of all. They are printed, never judged:
 * machines differ. `--against` names another program for the parts `programs` and `logs`.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** Each is a program of its own under `scripts/bench`, which can also be run alone with arguments. */
const parts = ['programs', 'startup', 'fleet', 'logs', 'psql']
/** Those that set another program beside this one. */
const comparing = ['programs', 'logs']

const { values, positionals: chosen } = parseArgs({
  options: { against: { type: 'string' } },
  allowPositionals: true,
})
const unknown = chosen.filter((name) => !parts.includes(name))
if (unknown.length > 0) {
  console.error(`There is no part "${unknown.join('", "')}"; there are: ${parts.join(', ')}`)
  process.exit(2)
}
for (const name of chosen.length > 0 ? chosen : parts) {
  console.log(`\n== ${name}`)
  const more = comparing.includes(name) && values.against !== undefined ? ['--against', values.against] : []
  const argv = [join(import.meta.dirname, 'bench', `${name}.ts`), ...more]
  const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
