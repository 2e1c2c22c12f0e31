import { runService } from '@tidemark/service-kit'
import { conflictsService } from './app.ts'
import { loadConfig } from './config.ts'

await runService(loadConfig(), conflictsService)
