import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One second, the default, is little for a process to start on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    // Whole PostgreSQL servers and TLS servers run inside the tests, on machines of two cores.
    maxWorkers: 2,
    // So many processes at once can be late on a busy machine; whoever was is named in the report. By hand nothing is tried twice.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
})
