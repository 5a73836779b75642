import { matcher, mayPass, takesEverything, type Wanted } from '../../model/logs/filter.ts'
import { type LineOrigin, type LogLine, parseLine } from '../../model/logs/record.ts'
import { timeKey } from '../../model/logs/time-key.ts'
import { SortWindow } from '../../model/logs/window.ts'
import { jsonLine } from '../../render/logs/json-line.ts'
import { renderLine } from '../../render/logs/line.ts'
import type { LogStyle } from '../../render/logs/style.ts'

/** How lines leave: for people, as JSON, or as they came. */
export type Form = { kind: 'text'; style: LogStyle } | { kind: 'json' }

export interface PipelineOptions {
  wanted: Wanted
  form: Form
  /** Lines held to be sorted. */
  groupSize: number
}

/** Reads, filters, writes and sorts lines; text goes in and out at once, the sorting waits for more. */
export class Pipeline {
  readonly #render: (line: LogLine, source: string) => string
  readonly #mayPass: (line: string) => boolean
  readonly #matches: (line: LogLine, last: string | undefined) => boolean
  readonly #window: SortWindow
  #last: string | undefined

  constructor({ wanted, form, groupSize }: PipelineOptions) {
    this.#render = form.kind === 'json' ? jsonLine : (line) => renderLine(line, form.style)
    this.#mayPass = mayPass(wanted)
    this.#matches = matcher(wanted)
    this.#window = new SortWindow(groupSize, form.kind === 'text')
  }

  /** True while lines wait for their place. */
  get holds(): boolean {
    return this.#window.length > 0
  }

  /** Takes lines that came at `at`, milliseconds of a steady clock; returns the text that is due. */
  push(lines: readonly string[], at: number): string {
    let text = ''
    for (const line of lines) text += this.pushOne(line, at)
    return text
  }

  /** The same for one line whose origin is known. */
  pushOne(source: string, at: number, origin?: LineOrigin): string {
    if (!this.#mayPass(source)) return ''
    const line = parseLine(source, origin)
    const key = timeKey(line.time)
    const wanted = this.#matches(line, this.#last)
    if (key !== undefined) this.#last = key
    if (!wanted) return ''
    const text = this.#render(line, source)
    return text === '' ? '' : this.#window.push({ key, pod: line.pod, text, at })
  }

  /** The text of what has waited since `at` or longer. */
  due(at: number): string {
    return this.#window.before(at)
  }

  rest(): string {
    return this.#window.rest()
  }
}

/** A test of lines that leave as they came; undefined when every line does. */
export function rawFilter(wanted: Wanted): ((source: string, origin: LineOrigin) => boolean) | undefined {
  if (takesEverything(wanted)) return undefined
  const matches = matcher(wanted)
  const mayMatch = mayPass(wanted)
  return (source, origin) => mayMatch(source) && matches(parseLine(source, origin), undefined)
}
