import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { cli } from '../../helpers/cli.ts'
import { root } from '../../helpers/process.ts'
import type { Terminal } from '../../helpers/terminal.ts'
import { environmentIn, type InteractiveShell, startShell } from './interactive-shell.ts'

const NAMES = ['aurora', 'borealis', 'arn:aws:eks:eu:1:cluster/meteor', 'admin@meteor', 'evil$(touch${IFS}pwned)']
const CONTEXTS = { contexts: NAMES.map((name) => ({ name, context: {} })) }

/** How each shell is started without the developer's own settings, and shows what it is about to run. */
const SHELLS = [
  { shell: 'bash', args: ['--norc', '--noprofile', '-i'], load: 'source script' },
  { shell: 'zsh', args: ['-f', '-i'], load: 'autoload -U compinit; compinit -u -D; source ./script' },
].filter(({ shell }) => isThere(shell))
const zsh = SHELLS.find(({ shell }) => shell === 'zsh')
const withFish = isThere('fish')

function isThere(shell: string): boolean {
  const found = spawnSync(shell, ['-c', 'exit 0']).status === 0
  if (!found) console.warn(`${shell} is not on PATH: its completion is not tried`)
  return found
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shells-test-'))
  await writeFile(join(folder, 'config'), JSON.stringify(CONTEXTS), { mode: 0o600 })
  await mkdir(join(folder, 'inside/deeper'), { recursive: true })
  await writeFile(join(folder, 'inside/config'), JSON.stringify({ contexts: [{ name: 'zodiac', context: {} }] }))
  await symlink(join(root, 'bin/kubectl-cnpg'), join(folder, 'kubectl-cnpg'))
  await symlink(join(root, 'bin/kubectl_complete-cnpg'), join(folder, 'kubectl_complete-cnpg'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Our program first on PATH, and a kubeconfig of two contexts. */
function environment(): NodeJS.ProcessEnv {
  return environmentIn(folder, [folder])
}

async function shellWith(shell: InteractiveShell): Promise<Terminal> {
  const { stdout } = await cli(`completion ${shell.shell}`)
  await writeFile(join(folder, 'script'), stdout)
  return startShell(shell, folder, environment(), { columns: 200, rows: 24 })
}

describe.each(SHELLS)('$shell', ({ shell, args, load }) => {
  it('completes a verb, a flag, a value behind = and a name from the kubeconfig', async () => {
    const terminal = await shellWith({ shell, args, load })
    terminal.type('kubectl-cnpg exp\t')
    await terminal.shows('explain')
    terminal.type('wal-rec\t')
    await terminal.shows('wal-receiver-down')
    terminal.type('--outp\t')
    await terminal.shows('--output')
    terminal.type('\x15kubectl-cnpg status --color=nev\t')
    await terminal.shows('--color=never')
    terminal.type('--context bor\t')
    await terminal.shows('borealis')
    terminal.type('\x15exit\r')
    await terminal.ended
  })

  it('completes what the shell cuts or quotes, in the middle of a line, and folders', async () => {
    const terminal = await shellWith({ shell, args, load })
    const shows = async (typed: string, shown: string): Promise<void> => {
      terminal.type(`\x15kubectl-cnpg ${typed}\t`)
      await terminal.shows(shown)
    }
    await shows('status --context arn:aws:eks:eu:1:', 'cluster/meteor')
    await shows('status --context admin@m', 'admin@meteor')
    await shows('status -naurora --context=bor', 'borealis')
    await shows('status --kubeconfig ~/inside/config --context z', 'zodiac')
    await shows('status --kubeconfig "$HOME/inside/config" --context=zo', '--context=zodiac')
    await shows("status --kubeconfig '/nonexistent' --user x --kubeconfig inside/config --context 'zo", "'zodiac")
    await shows('certificate x --out inside/', 'inside/deeper')
    // The shells draw anew only what has changed.
    await shows('hib --yes\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D', 'ernate')
    // What would run when it is taken over from the list is not in the list.
    terminal.type('\x15kubectl-cnpg status --context ev\t\x15exit\r')
    await terminal.ended
    expect(terminal.screen).not.toContain('touch')
  })
})

test.skipIf(zsh === undefined)('zsh finds it in a folder of fpath at the first Tab', async () => {
  const load =
    'mkdir functions; cp script functions/_kubectl-cnpg; fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D'
  const terminal = await shellWith({ ...zsh!, load })
  terminal.type('kubectl-cnpg hib\t')
  await terminal.shows('hibernate')
  terminal.type('\x15exit\r')
  await terminal.ended
})

describe.skipIf(!withFish)('fish', () => {
  test.each([
    ['kubectl-cnpg exp', ['explain\tExplain a finding of status or check']],
    ['kubectl-cnpg status --color=nev', ['--color=never']],
    ['kubectl-cnpg status --context bor', ['borealis']],
    ['kubectl-cnpg status --context arn:aws:e', ['arn:aws:eks:eu:1:cluster/meteor']],
    ['kubectl-cnpg status --context ev', []],
    ['kubectl-cnpg status --kubeconfig ~/inside/config --context z', ['zodiac']],
    ['kubectl-cnpg status --kubeconfig "$HOME/inside/config" --context=z', ['--context=zodiac']],
    ['kubectl-cnpg certificate x --out inside/', ['inside/deeper/']],
    [
      'kubectl-cnpg version -',
      expect.arrayContaining(["-n\tLook in this namespace instead of the context's own"]) as string[],
    ],
    ['kubectl-cnpg status --from scri', ['script']],
    ['kubectl-cnpg reload mycluster scri', []],
  ])('completes %s', async (line, expected) => {
    const { stdout: script } = await cli('completion fish')
    await writeFile(join(folder, 'script'), script)
    const { stdout } = spawnSync('fish', ['--no-config', '-c', `source script; complete -C '${line}'`], {
      cwd: folder,
      env: environment(),
      encoding: 'utf8',
    })
    expect(stdout.split('\n').filter((text) => text !== '')).toEqual(expected)
  })
})

describe('the scripts', () => {
  test.each(['bash', 'zsh', 'fish', 'powershell'])('%s: asks for bare words on request', async (shell) => {
    const described = await cli(`completion ${shell}`)
    const bare = await cli(`completion ${shell} --no-descriptions`)
    expect(described).toMatchObject({ code: 0, stderr: '' })
    expect(described.stdout).toContain(' __complete ')
    expect(bare.stdout).toBe(described.stdout.replace(' __complete ', ' __completeNoDesc '))
  })
})

const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0
if (!kubectl) console.warn('kubectl is not on PATH: its completion is not tried')

describe.skipIf(!kubectl)('the real kubectl', () => {
  it('asks our shim for what stands behind cnpg', () => {
    const { stdout } = spawnSync('kubectl', ['__complete', 'cnpg', 'explain', 'wal-rec'], {
      env: environment(),
      encoding: 'utf8',
    })
    expect(stdout).toBe('wal-receiver-down\tWAL receiver down\n:4\n')
  })
})
