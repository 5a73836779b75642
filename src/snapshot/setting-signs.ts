/** Bytes of PostgreSQL's units of memory; those a parameter may count in: bytes, kB, blocks, MB, WAL segments. */
const MEMORY: Readonly<Record<string, number>> = { B: 1, kB: 1024, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 }
const MEMORY_BASES = [1, 1024, 8192, 2 ** 20, 2 ** 24]
/** Milliseconds of its units of time; those a parameter may count in: ms, s, min. */
const TIME: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const TIME_BASES = [1, 1000, 60_000]
const BOOLEANS: Readonly<Record<string, number>> = { on: 1, true: 1, yes: 1, off: 0, false: 0, no: 0 }

/**
 * True when one of the Cluster's parameters is not in force as it is written: PostgreSQL could not take it over, or has not yet.
 * A sign only, as it costs nothing; pg_file_settings tells. `running` are numbers in units that are not told, so a value counts as
 * in force when one of the usual units fits. Words and lists are not seen.
 */
export function hasOddSetting(
  parameters: Readonly<Record<string, string>>,
  running: Readonly<Record<string, number>>,
): boolean {
  return Object.entries(parameters).some(([name, text]) => {
    const value = running[name]
    return value !== undefined && !fits(text.trim(), value)
  })
}

function fits(text: string, running: number): boolean {
  const boolean = BOOLEANS[text.toLowerCase()]
  if (boolean !== undefined) return boolean === running
  // Other notations of numbers are rare, and left alone.
  if (/^0[xob]\w+$/i.test(text)) return true
  const [, digits, unit = ''] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\w*)$/.exec(text) ?? []
  // A word where a number belongs.
  if (digits === undefined) return false
  const number = Number(digits)
  // PostgreSQL chooses by itself, or switches something off.
  if (number === -1) return true
  if (unit === '') return near(number, running, 1)
  const memory = MEMORY[unit]
  if (memory !== undefined) return MEMORY_BASES.some((base) => near(number * memory, running * base, base))
  const time = TIME[unit]
  return time !== undefined && TIME_BASES.some((base) => near(number * time, running * base, base))
}

/** Equal but for rounding to whole units. */
function near(wanted: number, running: number, unit: number): boolean {
  return Math.abs(wanted - running) < unit
}
