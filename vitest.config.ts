import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      '{contracts,observability,store-hub,services,terminal-ui,demo,tools}/**/*.test.ts',
      'tests/integration/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    environment: 'node',
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
