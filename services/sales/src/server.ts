import { runService } from '@tidemark/service-kit'
import { createSalesService } from './app.ts'
import { loadConfig } from './config.ts'

const loaded = loadConfig()
await runService(loaded, createSalesService(loaded.ok ? loaded.config : {}))
