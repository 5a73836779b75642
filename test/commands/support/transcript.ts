import type { CliOptions } from '../../helpers/cli.ts'
import { steady } from './changes.ts'
import type { Live } from './changes.ts'

/** A run on a terminal as it is seen there: both streams as they came, questions with their answers; ESC as `^[`. */
export async function onScreen(live: Live, line: string, ...answers: string[]): Promise<string> {
  let screen = `$ kubectl cnpg ${line}\n`
  const seen: CliOptions['onHost'] = (host) => {
    for (const stream of [host.stdout, host.stderr]) {
      const write = stream.write.bind(stream)
      stream.write = (data) => {
        screen += String(data)
        return write(data)
      }
    }
    const ask = host.ask.bind(host)
    host.ask = async (question) => {
      const answer = await ask(question)
      screen += `${question}${answer}\n`
      return answer
    }
  }
  const { code } = await live.run(words(line), { terminal: { columns: 120 }, answers, onHost: seen })
  return `${stable(screen).replaceAll('\x1b', '^[')}$ echo $?\n${code}\n`
}

/** A run without a terminal, each stream by itself. */
export async function inPipe(live: Live, line: string): Promise<string> {
  const { code, stdout, stderr } = await live.run(words(line))
  return `$ kubectl cnpg ${line} </dev/null >out 2>err\n$ echo $?\n${code}\n$ cat out\n${stable(stdout)}$ cat err\n${stable(stderr)}`
}

function words(line: string): string[] {
  return line.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'))
}

/** Without what differs from run to run: times, sizes, and phases that may be over before they are seen. */
function stable(text: string): string {
  return steady(text)
    .replace(/^\S+ (stopped|is gone) {2}N s\n/gm, '')
    .replace(/^(pod|volume|job) \S+ is gone {2}N s\n/gm, '')
    .replace(/^pod \S+ is there {2}N s\n/gm, '')
    .replace(/^(\S+ (restarted|has read the values) {2}N s\n){2,}/gm, (lines) =>
      lines
        .split(/(?<=\n)/)
        .sort()
        .join(''),
    )
    .replace(/ B, \d+ s$/gm, ' B, 0 s')
    .replace(/started \d{4}-\S+/g, 'started T')
    .replace(/(Since: +)\d{4}-.*$/gm, '$1T')
    .replace(/; still starting: [^\n;]+/g, '')
    .replace(/(is destroyed.* \(N s\)): .*/g, '$1: …')
}
