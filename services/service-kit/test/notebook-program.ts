/** The notebook service as a process that takes its time over each batch, so that a signal meets it at work. Started by tests. */
import { setTimeout as sleep } from 'node:timers/promises'
import { loadServiceConfig } from '../src/config.ts'
import { runService } from '../src/run-service.ts'
import type { ServiceDefinition } from '../src/service.ts'
import { notebookService } from './notebook-service.ts'

const notebook = notebookService('slow')
const batchMs = 150
/** Longer than the batch in hand takes, so that closing meets a request that is under way. */
const answerMs = 700

const slow: ServiceDefinition = {
  ...notebook,
  assemble(parts) {
    const { handle } = notebook.assemble(parts)
    return {
      addRoutes(app) {
        app.get('/slow', async () => sleep(answerMs, { answered: true }))
      },
      async handle(batch) {
        await sleep(batchMs)
        return handle(batch)
      },
    }
  },
}

// What was on its way to a process that stopped comes again after this time.
await runService(loadServiceConfig(), slow, { ackWaitMs: 3000 })
