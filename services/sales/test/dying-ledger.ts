/**
 * The sales service as a process that kills itself, as power cuts do, after the write of its first batch and before the
 * acknowledgement. Started by tests only.
 */
import { startService, type ServiceDefinition } from '@tidemark/service-kit'
import { silentLogger } from '@tidemark/service-kit/test-support'
import { salesService } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'

const dying: ServiceDefinition = {
  ...salesService,
  assemble(parts) {
    const { handle, addRoutes } = salesService.assemble(parts)
    return {
      addRoutes,
      async handle(batch) {
        await handle(batch)
        process.kill(process.pid, 'SIGKILL')
        return new Promise(() => undefined)
      },
    }
  },
}

const loaded = loadConfig()
if (!loaded.ok) throw new Error(loaded.problems.join('; '))
await startService(loaded.config, dying, { logger: silentLogger, ackWaitMs: 1500 })
