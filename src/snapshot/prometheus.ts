/** One sample of a metrics page. */
export interface Sample {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/
const NAME_END = /[{\s]/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g

/** The samples of a page in Prometheus' text format whose names are wanted; lines that cannot be read are skipped. */
export function parseSamples(text: string, wanted: ReadonlySet<string>): Sample[] {
  const samples: Sample[] = []
  for (const line of text.split('\n')) {
    // Most of the hundreds of lines are not wanted: those need not be understood.
    if (!wanted.has(line.slice(0, Math.max(0, line.search(NAME_END))))) continue
    const [, name, labels, value] = LINE.exec(line) ?? []
    if (name === undefined) continue
    samples.push({ name, labels: labelsOf(labels ?? ''), value: numberOf(value ?? '') })
  }
  return samples
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, name, value]) => [name ?? '', unescape(value ?? '')]))
}

function unescape(value: string): string {
  return value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}

function numberOf(text: string): number {
  if (/^[+]?Inf$/i.test(text)) return Infinity
  return /^-Inf$/i.test(text) ? -Infinity : Number(text)
}
