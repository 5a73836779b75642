import type { ColorChoice, Host, Painter, Tone } from './types.ts'

const PLAIN: Painter = { enabled: false, paint: (_tone, text) => text }

/** Whether to colour: the flag decides; `auto` colours a terminal that can and may (NO_COLOR, TERM=dumb). */
export function wantsColor(choice: ColorChoice, isTTY: boolean, env: Host['env']): boolean {
  if (choice !== 'auto') return choice === 'always'
  return isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

/** The colours of the official plugin (spec/commands-core.md 1.5): green titles, good green, red, yellow and cyan. */
export async function createPainter(enabled: boolean): Promise<Painter> {
  if (!enabled) return PLAIN
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level: 1 })
  const styles: Record<Tone, (text: string) => string> = {
    plain: (text) => text,
    title: chalk.green,
    good: chalk.green,
    warn: chalk.yellow,
    bad: chalk.red,
    note: chalk.cyan,
    dim: chalk.dim,
    changed: chalk.inverse,
    label: chalk.blue,
    accent: chalk.magenta,
  }
  return { enabled, paint: (tone, text) => styles[tone](text) }
}
