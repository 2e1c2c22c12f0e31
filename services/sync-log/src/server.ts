import { runService } from '@tidemark/service-kit'
import { syncLogService } from './app.ts'
import { loadConfig } from './config.ts'

await runService(loadConfig(), syncLogService)
