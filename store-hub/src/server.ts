/** Starts a hub, and lets it finish its work on SIGTERM and SIGINT. */
import { serviceNames } from '@tidemark/contracts'
import { startTelemetry } from '@tidemark/telemetry'
import { buildHub } from './app.ts'
import { BackupError } from './backup/index.ts'
import { loadConfig } from './config.ts'
import { StoreError } from './store/index.ts'

const loaded = loadConfig(process.env)
if (!loaded.ok) {
  process.stderr.write(`The hub can't start:\n${loaded.problems.map((problem) => `  - ${problem}\n`).join('')}`)
  process.exit(2)
}
const { config } = loaded
const { storeId, otlpEndpoint } = config
const telemetry = startTelemetry({
  serviceName: serviceNames.hub,
  storeId,
  ...(otlpEndpoint !== undefined && { otlpEndpoint }),
})
const app = await buildHub({ config, telemetry }).catch((error: unknown) => {
  // A folder in use, damaged or half restored is for whoever runs the hub to mend: a sentence helps more than a stack.
  if (!(error instanceof StoreError || error instanceof BackupError)) throw error
  process.stderr.write(`The hub can't start: ${error.message}\n`)
  process.exit(1)
})

const longestDrainMs = 20_000
let closing = false
async function drain(signal: string): Promise<void> {
  if (closing) return
  closing = true
  app.log.info({ signal }, 'hub is stopping')
  // Everything acknowledged is on disk already: a stop that hangs is no reason to stay.
  setTimeout(() => process.exit(1), longestDrainMs).unref()
  await app.close()
  await telemetry.shutdown()
  process.exit(0)
}
process.on('SIGTERM', drain)
process.on('SIGINT', drain)

try {
  await app.listen({ host: config.host, port: config.port })
} catch (error) {
  app.log.error({ err: error }, `hub can't listen on ${config.host}:${config.port}`)
  await app.close()
  process.exit(1)
}
