import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { dump, load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildOnce } from '../../binary/support.ts'
import { root } from '../../helpers/process.ts'
import { systemProgram } from '../../helpers/programs.ts'
import type { Terminal } from '../../helpers/terminal.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { environmentIn, type InteractiveShell, startShell } from './interactive-shell.ts'

/* Tab behind `kubectl cnpg …`: the real kubectl with its own script in real shells, our two programs, real servers. */

/** Where Linux distributions and Homebrew keep what kubectl's script for bash is built on. */
const BASH_COMPLETION = [
  '/usr/share/bash-completion/bash_completion',
  '/opt/homebrew/etc/profile.d/bash_completion.sh',
  '/usr/local/etc/profile.d/bash_completion.sh',
].find((file) => existsSync(file))

/** How each shell is started without the developer's own settings, and gets kubectl's completion. */
const SHELLS = [
  {
    shell: 'bash',
    args: ['--norc', '--noprofile', '-i'],
    load: `source ${BASH_COMPLETION ?? ''}; source kubectl.bash`,
    missing: missing('kubectl', 'bash') ?? (BASH_COMPLETION === undefined ? 'the package bash-completion' : undefined),
  },
  {
    shell: 'zsh',
    args: ['-f', '-i'],
    load: 'autoload -U compinit; compinit -u -D; source ./kubectl.zsh',
    missing: missing('kubectl', 'zsh'),
  },
  { shell: 'fish', args: ['--no-config', '-i'], load: 'source kubectl.fish', missing: missing('kubectl', 'fish') },
]
const possible = SHELLS.filter((each) => each.missing === undefined)
for (const each of SHELLS) {
  if (each.missing !== undefined) console.warn(`Tab in ${each.shell} is not tried: ${each.missing} is not there`)
}

function missing(...programs: string[]): string | undefined {
  return programs.find((program) => spawnSync(program, ['--help']).error !== undefined)
}

let folder: string
let sandbox: Sandbox

beforeAll(async () => {
  if (possible.length === 0) return
  folder = await mkdtemp(join(tmpdir(), 'kubectl-tab-test-'))
  const [built] = await Promise.all([
    buildOnce(),
    startSandbox({ clusters: [{ name: 'mycluster', namespace: 'default', operator: false }] }).then(
      (started) => (sandbox = started),
    ),
  ])
  for (const [name, namespace] of [
    ['warehouse', 'logistics'],
    ['ledger', 'finance'],
  ] as const) {
    const type = sandbox.store.registry.byPlural('postgresql.cnpg.io', 'v1', 'clusters')!
    const cluster = sandbox.store.get(type, 'default', 'mycluster')!
    const { uid: _uid, resourceVersion: _version, ...metadata } = cluster.metadata
    sandbox.store.put({ ...cluster, metadata: { ...metadata, name, namespace } })
  }
  await writeFile(join(folder, 'config'), contexts({ here: 'default', there: 'finance' }), { mode: 0o600 })
  const programs = { node: join(root, 'bin/kubectl-cnpg'), binary: built.binary }
  for (const [name, program] of Object.entries(programs)) {
    await mkdir(join(folder, name))
    await symlink(program, join(folder, name, 'kubectl-cnpg'))
    await symlink(join(root, 'bin/kubectl_complete-cnpg'), join(folder, name, 'kubectl_complete-cnpg'))
  }
  for (const { shell } of possible) {
    const { stdout } = spawnSync('kubectl', ['completion', shell], { encoding: 'utf8' })
    await writeFile(join(folder, `kubectl.${shell}`), stdout)
  }
})
afterAll(async () => {
  await sandbox?.close()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

/** A kubeconfig with a context for each namespace; the first is the current one. */
function contexts(namespaces: Record<string, string>): string {
  const config = load(sandbox.kubeconfigFor('admin')) as { contexts: { context: object }[] }
  const [{ context } = { context: {} }] = config.contexts
  const all = Object.entries(namespaces).map(([name, namespace]) => ({ name, context: { ...context, namespace } }))
  return dump({ ...config, contexts: all, 'current-context': all[0]!.name })
}

/** A shell with one of our programs on PATH, ready to be typed into. */
function shellWith(program: string, shell: InteractiveShell): Promise<Terminal> {
  const places = [join(folder, program), dirname(systemProgram('kubectl')!)]
  return startShell(shell, folder, environmentIn(folder, places), { columns: 160, rows: 40 })
}

describe.each(SHELLS)('$shell', (shell) => {
  test.skipIf(shell.missing !== undefined).each(['node', 'binary'])(
    'completes the names of the cluster, with our program for %s',
    async (program) => {
      const terminal = await shellWith(program, shell)
      terminal.type('kubectl cnpg stat\t')
      await terminal.shows('status')
      terminal.type('\t')
      await terminal.shows('mycluster')
      terminal.type('\x15kubectl cnpg promote mycluster \t')
      await terminal.shows('mycluster-')
      // Bash lists them at the third Tab; fish shows what the names have in common as an ellipsis.
      terminal.type('\t\t')
      await terminal.shows('ycluster-2')
      await terminal.shows('ycluster-3')
      expect(terminal.screen).not.toContain('ycluster-1')
      terminal.type('\x15kubectl cnpg status -n logistics \t')
      await terminal.shows('warehouse')
      terminal.type('\x15kubectl cnpg status --context there \t')
      await terminal.shows('ledger')
      terminal.type('\x15exit\r')
      expect(await terminal.ended).toBe(0)
      expect(terminal.screen).not.toMatch(/Error|not found/)
    },
  )
})
