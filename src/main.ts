import { versionLine } from './commands/version-line.ts'
import { describe, type DescribeOptions, exitCodeOf } from './errors/describe.ts'
import type { Host } from './host/types.ts'

/**
 * The whole program: reads the command line, runs the command and tells about errors on stderr (a plugin on stdout). Returns the exit code
 * (errors/exit-codes.ts); never throws.
 */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  let style: DescribeOptions = {}
  try {
    // The most frequent call of scripts is answered before the command line parser is even loaded.
    if (argv.length === 1 && (argv[0] === 'version' || argv[0] === '--version')) {
      await host.stdout.write(versionLine())
      return 0
    }
    const { interpret } = await import('./cli/interpret.ts')
    const task = await interpret(argv)
    style = task.errorStyle
    return await task.run(host)
  } catch (error) {
    await tell(style.plugin === true ? host.stdout : host.stderr, describe(error, style))
    return exitCodeOf(error, style)
  }
}

/** Nothing can be reported any more when the stream itself fails; the exit code still tells. */
async function tell(stream: Host['stderr'], text: string): Promise<void> {
  try {
    await stream.write(text)
  } catch {
    return
  }
}
