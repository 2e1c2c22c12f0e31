import { runService } from '@tidemark/service-kit'
import { salesService } from './app.ts'
import { loadConfig } from './config.ts'

await runService(loadConfig(), salesService)
