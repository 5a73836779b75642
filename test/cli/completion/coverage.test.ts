import { describe, expect, test } from 'vitest'
import { ownFlags, withGlobalFlags } from '../../../src/cli/flags.ts'
import { verbs } from '../../../src/cli/interpret.ts'
import { allCommands } from '../../../src/commands/all-commands.ts'
import { cli } from '../../helpers/cli.ts'
import { play } from '../../snapshot/support/recorded.ts'

/** What nobody but the user knows: new names, expressions, moments, sizes, and whom to act as. */
const FREE = {
  arguments: ['certificate NAME', 'psql PSQL_ARG', 'sql SQL'],
  flags: [
    ...['as', 'as-group', 'as-uid', 'as-user-extra', 'server', 'tls-server-name', 'token'],
    ...['backup-name', 'name', 'server-name', 'plugin-parameters', 'param'],
    ...['image', 'storage-size', 'to-lsn', 'to-time', 'since', 'until', 'quiet-repeat'],
    ...['grep', 'selector'],
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

describe('columns that are offered to sort by', () => {
  const tables = all.flatMap(({ path, command }) => {
    const columns = command.options.find(({ name }) => name === 'sort-by')?.suggestions ?? []
    return columns.length === 0 || path === 'backup show' ? [] : [{ path, columns }]
  })

  test.each(tables)('$path', async ({ path, columns }) => {
    const { server } = await play('healthy')
    const kubeconfig = server.kubeconfigFor('admin', { namespace: server.meta.namespace })
    const everywhere = all.find((each) => each.path === path)!.command.options.some(({ short }) => short === 'A')
    const forms = ['mycluster', ...(everywhere ? ['-A'] : [])]
    const known = await Promise.all(
      forms.map(async (form) => {
        const { stderr } = await cli(`${path} ${form} --sort-by nothing`, { kubeconfig })
        return /Columns: (.*)\.$/m.exec(stderr)?.[1]?.split(', ') ?? []
      }),
    )
    expect(known.flat()).toEqual(expect.arrayContaining([...columns]))
  })
})
