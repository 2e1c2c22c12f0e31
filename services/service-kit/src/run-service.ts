/** A service as a process: configuration, logging, signals, exit code. */
import { pino } from 'pino'
import type { FastifyBaseLogger } from 'fastify'
import type { ConfigResult } from './config.ts'
import { describeError } from './errors.ts'
import { startService, type ServiceDefinition, type StartOptions } from './service.ts'

/** Drain takes no longer than this; what is not acknowledged by then comes again. */
const drainLimitMs = 10_000

export async function runService(
  loaded: ConfigResult,
  definition: ServiceDefinition,
  options: Omit<StartOptions, 'logger'> = {},
): Promise<void> {
  if (!loaded.ok) {
    process.stderr.write(loaded.problems.map((problem) => `${definition.name}: ${problem}\n`).join(''))
    process.exitCode = 1
    return
  }
  const { config } = loaded
  const logger: FastifyBaseLogger = pino({ name: definition.telemetryName, level: config.logLevel })
  const starting = startService(config, definition, { ...options, logger })
  const stopOnce = once(async () => {
    setTimeout(() => {
      logger.error({ drainLimitMs }, 'drain took too long; leaving')
      process.exit(1)
    }, drainLimitMs).unref()
    const service = await starting
    await service.stop()
    process.exit(0)
  })
  process.on('SIGTERM', stopOnce)
  process.on('SIGINT', stopOnce)
  await starting.catch((error: unknown) => {
    logger.fatal({ reason: describeError(error) }, `${definition.name} could not start`)
    process.exit(1)
  })
}

function once(work: () => Promise<void>): () => void {
  let begun = false
  return () => {
    if (begun) return
    begun = true
    void work()
  }
}
