// Runs the embedded central: opens its store, listens, and drains on SIGTERM or SIGINT.
import process from 'node:process'
import { onViewError } from '../pouchdb/index.ts'
import { openStore } from '../store/index.ts'
import { buildCentral } from './app.ts'
import type { CentralConfig } from './config.ts'
import { loadConfig } from './config.ts'

/** Ends the process with one readable line for each problem. */
function giveUp(problems: readonly string[], exitCode: number): never {
  for (const problem of problems) process.stderr.write(`central: ${problem}\n`)
  process.exit(exitCode)
}

async function run({ host, port, dataDirectory, logLevel, ...administrator }: CentralConfig): Promise<void> {
  const store = await openStore({ directory: dataDirectory })
  const app = buildCentral({ store, logLevel, ...administrator })
  onViewError((database, error) => app.log.warn({ err: error, database }, 'a view left a document out'))
  const drain = async (): Promise<void> => {
    await app.close()
    await store.close()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      drain().then(
        () => process.exit(0),
        (error: unknown) => giveUp([`did not close cleanly: ${String(error)}`], 1),
      )
    })
  }
  await app.listen({ host, port })
}

const loaded = loadConfig(process.env)
if (!loaded.ok) giveUp(loaded.problems, 78)
run(loaded.config).catch((error: unknown) => giveUp([error instanceof Error ? error.message : String(error)], 1))
