import { runService } from '@tidemark/service-kit'
import { inventoryService } from './app.ts'
import { loadConfig } from './config.ts'

await runService(loadConfig(), inventoryService)
