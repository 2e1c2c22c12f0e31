import { defineConfig } from 'vitest/config'

const exclude = ['**/node_modules/**', '**/dist/**']

export default defineConfig({
  test: {
    // Browsers, NATS and services are processes of their own: two files at once keep two cores busy.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'parts',
          include: [
            '{contracts,observability,store-hub,services,terminal-ui,head-office-console,demo,tools}/**/*.test.ts',
            'tests/services/**/*.test.ts',
          ],
          exclude,
          environment: 'node',
          // A busy machine takes its time; what passes waits for none of the limits of this file.
          testTimeout: 180_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        // The built till in a real browser, on a real hub.
        test: {
          name: 'terminal',
          include: ['tests/terminal/**/*.test.ts'],
          exclude,
          environment: 'node',
          globalSetup: 'tests/terminal/build-terminal.ts',
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        // Head office's console in a real browser, on the whole system with two stores.
        test: {
          name: 'console',
          include: ['tests/console/**/*.test.ts'],
          exclude,
          environment: 'node',
          globalSetup: 'tests/console/build-sites.ts',
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
