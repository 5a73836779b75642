import { describe, expect, it } from 'vitest'
import { parseMetrics } from '../../src/snapshot/metrics.ts'
import { hasOddSetting } from '../../src/snapshot/setting-signs.ts'

const odd = (text: string, running: number) => hasOddSetting({ parameter: text }, { parameter: running })

describe('a parameter that is not in force as the Cluster has it', () => {
  it.each([
    ['4MB', 4096, 'kB'],
    ['32MB', 4096, 'blocks of 8 kB'],
    ['1GB', 64, 'segments of 16 MB'],
    ['512MB', 512, 'MB'],
    ['1.5MB', 1536, 'kB'],
    ['5min', 300, 's'],
    ['1h', 60, 'min'],
    ['5s', 5000, 'ms'],
    ['1500us', 2, 'ms, rounded'],
    ['100', 100, 'no unit'],
    [' 0.9 ', 0.9, 'a fraction'],
    ['1e2', 100, 'an exponent'],
    ['on', 1, 'a boolean'],
    ['False', 0, 'a boolean'],
    ['-1', 512, 'PostgreSQL chooses'],
    ['0x10', 16, 'another notation'],
  ])('is not %s, which runs as %d (%s)', (text, running) => expect(odd(text, running)).toBe(false))

  it.each([
    ['banana', 4096],
    ['4MB', 8192],
    ['4Mb', 4096],
    ['4 apples', 4],
    ['10kB', 64],
    ['100', 50],
    ['off', 1],
    ['', 4096],
    ['5min', 60],
  ])('is %s, where %d runs', (text, running) => expect(odd(text, running)).toBe(true))

  it('is not seen where the metrics have no number of it', () => {
    expect(hasOddSetting({ log_statement: 'banana' }, { work_mem: 4096 })).toBe(false)
  })

  it('is told by the page of the metrics port, of which the rest is not kept', () => {
    const page = 'cnpg_pg_settings_setting{name="work_mem"} 4096\ncnpg_pg_settings_setting{name="port"} 5432\n'
    expect(parseMetrics(page, ['work_mem', 'log_statement'])).toEqual({ settings: { work_mem: 4096 } })
    expect(parseMetrics(page)).toEqual({})
  })
})
