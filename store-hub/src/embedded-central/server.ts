// Runs the embedded central: opens its store, listens, and drains on SIGTERM or SIGINT.
import process from 'node:process'
import { openStore } from '../store/index.ts'
import { buildCentral } from './app.ts'
import { loadConfig } from './config.ts'

const loaded = loadConfig(process.env)
if (!loaded.ok) {
  process.stderr.write(`central: ${loaded.problems.join('\ncentral: ')}\n`)
  process.exit(78)
}
const { host, port, dataDirectory, adminUser, adminPassword, logLevel } = loaded.config

const store = await openStore({
  directory: dataDirectory,
  onViewError: (database, error) => app.log.warn({ err: error, database }, 'a view left a document out'),
})
const app = buildCentral({ store, adminUser, adminPassword, logLevel })

async function drain(): Promise<void> {
  await app.close()
  await store.close()
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    drain().then(
      () => process.exit(0),
      (error: unknown) => {
        app.log.error({ err: error }, 'central did not close cleanly')
        process.exit(1)
      },
    )
  })
}

await app.listen({ host, port })
