import { visible } from '../api/visible-text.ts'
import type { Context } from '../cli/command.ts'

/** Tells something on stderr that is no error and no data; `text` may hold names from the cluster. */
export async function note({ host }: Pick<Context, 'host'>, text: string): Promise<void> {
  await host.stderr.write(`${visible(text, { newlines: 'keep' })}\n`)
}
