/** One sample of a metric. */
export interface Sample {
  name: string
  type: 'gauge' | 'counter'
  labels: Readonly<Record<string, string>>
  value: number
}

/** Samples in the text form of Prometheus, families and samples in alphabetical order as Go's client prints them. */
export function exposition(samples: readonly Sample[]): string {
  const families = new Map<string, Sample[]>()
  for (const sample of samples) families.set(sample.name, [...(families.get(sample.name) ?? []), sample])
  const names = [...families.keys()].sort()
  return names
    .map((name) => {
      const family = families.get(name) ?? []
      const lines = family.map((sample) => `${name}${labelText(sample.labels)} ${goFloat(sample.value)}\n`).sort()
      return `# TYPE ${name} ${family[0]?.type ?? 'untyped'}\n${lines.join('')}`
    })
    .join('')
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
  const entries = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return entries.length === 0 ? '' : `{${entries.join(',')}}`
}

/** A number as Go's shortest format prints it: with an exponent of two digits from a million on. */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-4 && size < 1e6)) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
