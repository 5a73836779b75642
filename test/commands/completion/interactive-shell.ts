import { delimiter, join } from 'node:path'
import { root } from '../../helpers/process.ts'
import { onTerminal, type Terminal } from '../../helpers/terminal.ts'

/** A shell without the developer's own settings. */
export interface InteractiveShell {
  shell: string
  args: string[]
  /** What it runs first, to have the completion. */
  load: string
}

/** The environment of programs whose home and kubeconfig are in `folder`; `places` stand first on PATH. */
export function environmentIn(folder: string, places: readonly string[]): NodeJS.ProcessEnv {
  const path = [...places, join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter)
  return { PATH: path, KUBECONFIG: join(folder, 'config'), HOME: folder, PS1: '', NO_COLOR: '1' }
}

/** A shell in `folder` that has loaded the completion, ready to be typed into. */
export async function startShell(
  { shell, args, load }: InteractiveShell,
  folder: string,
  env: NodeJS.ProcessEnv,
  size: { columns: number; rows: number },
): Promise<Terminal> {
  const terminal = onTerminal(shell, args, env, size)
  terminal.type(`cd ${folder}; ${load}; echo lo''aded\r`)
  await terminal.shows('loaded')
  return terminal
}
