import { expect, test } from 'vitest'
import { ownFlags, withGlobalFlags } from '../../../src/cli/flags.ts'
import { verbs } from '../../../src/cli/interpret.ts'
import { allCommands } from '../../../src/commands/all-commands.ts'

/** What nobody but the user knows: new names, expressions, moments, sizes, and whom to act as. */
const FREE = {
  arguments: ['certificate NAME', 'psql PSQL_ARG', 'sql SQL'],
  flags: [
    ...['as', 'as-group', 'as-uid', 'as-user-extra', 'server', 'tls-server-name', 'token'],
    ...['backup-name', 'name', 'server-name', 'plugin-parameters', 'param'],
    ...['image', 'storage-size', 'to-lsn', 'to-time', 'since', 'until', 'quiet-repeat'],
    ...['grep', 'selector', 'sort-by'],
  ],
}

const all = await allCommands(verbs)

test('every argument is completed, or is one that cannot be', () => {
  const free = all.flatMap(({ path, command }) =>
    command.args.filter(({ completer }) => completer === 'none').map(({ name }) => `${path} ${name}`),
  )
  expect(free).toEqual(FREE.arguments)
})

test('every value of a flag is completed, or is one that cannot be', () => {
  const free = new Set<string>()
  for (const { command } of all) {
    for (const spec of withGlobalFlags(ownFlags(command))) {
      const counted = ['boolean', 'count', 'integer', 'duration'].includes(spec.type)
      // Thresholds are figures.
      const known = spec.completer ?? spec.choices ?? spec.suggestions
      if (!counted && known === undefined && spec.value !== 'LEVELS' && spec.hidden !== true) free.add(spec.name)
    }
  }
  expect([...free].sort()).toEqual([...FREE.flags].sort())
})
