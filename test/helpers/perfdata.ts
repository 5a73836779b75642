/** One figure of performance data as monitoring systems read it. */
export interface Figure {
  label: string
  /** Null for `U`, a value that could not be determined. */
  value: number | null
  uom: string
  warning: string
  critical: string
  min: string
  max: string
}

/** Monitoring Plugins guidelines, "Performance data": value, min and max are of the class [-0-9.], or the value is a literal U. */
const FIGURE =
  /^(?:'((?:[^'=]|'')+)'|([^'= ]+))=(U|-?\d+(?:\.\d+)?)(us|ms|s|%|B|KB|MB|GB|TB|c)?(?:;([^; ]*))?(?:;([^; ]*))?(?:;(-?[\d.]*))?(?:;(-?[\d.]*))?(?: |$)/

/** The grammar of ranges, "Threshold and ranges": `[@]start:end`, where start may be `~` and either side be left out. */
const RANGE = /^(?:@?(?:(?:~|-?\d+(?:\.\d+)?):)?(?:-?\d+(?:\.\d+)?)?)$/

/** Reads the performance data of a plugin's first line by the published grammar; throws where it does not fit. */
export function parsePerfdata(line: string): Figure[] {
  const bar = line.indexOf('|')
  let rest = bar === -1 ? '' : line.slice(bar + 1).trim()
  const figures: Figure[] = []
  while (rest !== '') {
    const match = FIGURE.exec(rest)
    if (match === null) throw new Error(`no performance data: ${rest}`)
    const [all, quoted, plain, value = '', uom = '', warning = '', critical = '', min = '', max = ''] = match
    for (const range of [warning, critical]) if (!RANGE.test(range)) throw new Error(`no range: ${range}`)
    const label = quoted === undefined ? (plain ?? '') : quoted.replaceAll("''", "'")
    figures.push({ label, value: value === 'U' ? null : Number(value), uom, warning, critical, min, max })
    rest = rest.slice(all.length)
  }
  return figures
}
