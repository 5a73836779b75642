import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Whole PostgreSQL servers and TLS servers run inside the tests, on machines of two cores.
    maxWorkers: 2,
  },
})
