import parseText from 'parse-prometheus-text-format'

/** A family of metrics as a real parser reads it. */
export interface MetricFamily {
  name: string
  help: string
  type: string
  metrics: { value: string; labels?: Record<string, string> }[]
}

/** Reads Prometheus' text format; throws where it is none, also for a family whose samples do not stand together. */
export function parseMetrics(text: string): MetricFamily[] {
  const families = parseText(text) as MetricFamily[]
  const names = families.map(({ name }) => name)
  if (new Set(names).size !== names.length) throw new Error(`a family comes twice: ${names.join(', ')}`)
  return families
}

/** The value of the one sample of a family that has these labels. */
export function sampleOf(families: readonly MetricFamily[], name: string, labels: Record<string, string> = {}): number {
  const family = families.find((each) => each.name === name)
  const found = (family?.metrics ?? []).filter((metric) =>
    Object.entries(labels).every(([label, value]) => metric.labels?.[label] === value),
  )
  if (found.length !== 1) throw new Error(`${found.length} samples of ${name}`)
  return Number(found[0]?.value)
}
