// A small program on the real Host, for tests that need a process: what it does is named by its first argument.
import { createNodeHost } from '../../../src/host/node-host.ts'

const host = createNodeHost()
const [, , task = '', argument = ''] = process.argv

const tasks: Record<string, () => Promise<number>> = {
  /** Writes many lines, as fast as they are taken. */
  async lines() {
    for (let line = 1; line <= Number(argument); line++) await host.stdout.write(`line ${line}\n`)
    return host.stdout.closed ? 7 : 0
  },
  /** Writes large pieces, each of one letter, none waiting for the one before. */
  async pieces() {
    const letters = [...'abcdefghijklmnopqrstuvwxyz'].slice(0, Number(argument))
    await Promise.all(letters.map((letter) => host.stdout.write(letter.repeat(300_000))))
    return 0
  },
  /** Writes it all at once. */
  async block() {
    await host.stdout.write('x'.repeat(Number(argument)))
    return 0
  },
  /** Waits for a signal and takes its time to clean up. */
  async wait() {
    await host.stdout.write('ready\n')
    try {
      await host.clock.sleep(60_000, host.signal)
      return 0
    } catch (error) {
      await host.stdout.write('cleaning up\n')
      await host.clock.sleep(Number(argument))
      return (error as { exitCode: number }).exitCode
    }
  },
  async ask() {
    try {
      await host.stdout.write(`answer: ${await host.ask('Sure? ')}\n`)
      return 0
    } catch (error) {
      const { kind, exitCode, message } = error as { kind: string; exitCode: number; message: string }
      await host.stdout.write(`${kind}: ${message}\n`)
      return exitCode
    }
  },
  async echo() {
    for await (const chunk of host.stdin.read()) await host.stdout.write(chunk)
    return 0
  },
  async spin() {
    host.signal.addEventListener('abort', () => void host.stdout.write('not listening'))
    const spinner = host.spinner('thinking \u001b[31mhard')
    await host.clock.sleep(Number(argument))
    spinner.update('nearly there')
    await host.clock.sleep(200)
    spinner.stop()
    await host.stdout.write('done\n')
    return 0
  },
  async paint() {
    const painter = await host.painter('stdout', argument as 'auto')
    await host.stdout.write(JSON.stringify({ enabled: painter.enabled, bad: painter.paint('bad', 'x') }))
    return 0
  },
  /** Tells the terminal's size whenever it changes, twice. */
  async size() {
    const show = () => host.stdout.write(`${host.stdout.columns}x${host.stdout.rows} tty ${host.stdout.isTTY}\n`)
    await show()
    const resized = new AbortController()
    const stop = host.stdout.onResize(() => resized.abort())
    await host.clock.sleep(30_000, resized.signal).catch(() => undefined)
    stop()
    await show()
    return 0
  },
}

process.exitCode = (await tasks[task]?.()) ?? 99
host.release()
