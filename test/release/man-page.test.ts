import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { manPage } from '../../scripts/release/man-page.ts'
import { ownFlags } from '../../src/cli/flags.ts'
import { verbs } from '../../src/cli/interpret.ts'
import { allCommands } from '../../src/commands/all-commands.ts'
import { root } from '../helpers/process.ts'

describe('the man page', () => {
  test('has every command, with arguments, flags, examples and exit codes', async () => {
    const page = await manPage('1.2.3', 0)
    expect(page).toContain('.TH KUBECTL\\-CNPG 1 "1970\\-01\\-01" "kubectl\\-cnpg 1.2.3"')
    for (const { path, command } of await allCommands(verbs)) {
      const start = page.indexOf(`.SS "kubectl cnpg ${path} `) + 1 || page.indexOf(`.SS "kubectl cnpg ${path}"`) + 1
      expect(start, path).toBeGreaterThan(0)
      const section = page.slice(start, page.indexOf('\n.S', start))
      for (const { name, hidden } of ownFlags(command)) {
        if (hidden !== true) expect(section).toContain(`\\-\\-${name.replaceAll('-', '\\-')}`)
      }
      for (const { code } of command.exitCodes) expect(section).toContain(`.TP\n.B "${code}"\n`)
      expect(section.split('.EX')).toHaveLength(command.examples.length + 1)
    }
    // No line of text is taken for a request.
    const requests = /^\.(TH|SH|SS|TP|PP|B|BR|I|RS|RE|EX|EE|br)\b/
    expect(page.split('\n').filter((line) => /^[.']/.test(line) && !requests.test(line))).toEqual([])
  })

  test('names every variable of the environment that the sources read', async () => {
    const page = await manPage('1.2.3', 0)
    const folder = join(root, 'src')
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
    const read = texts.flatMap((text) => [...text.matchAll(/\benv(?:\.|\[')([A-Z][A-Z_]+)/g)].map(([, name]) => name!))
    expect(read).toContain('KUBECONFIG')
    // This one is set for login plugins.
    const own = new Set(read.filter((name) => name !== 'KUBERNETES_EXEC_INFO'))
    for (const name of [...own, 'CNPG_READ_ONLY']) expect(page).toMatch(new RegExp(`^\\.B ".*\\b${name}\\b`, 'm'))
  })
})
