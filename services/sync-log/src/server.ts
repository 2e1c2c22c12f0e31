import { runService } from '@tidemark/service-kit'
import { createSyncLogService } from './app.ts'
import { loadConfig } from './config.ts'

const config = loadConfig()
await runService(config.service, createSyncLogService({ keyFile: config.auditKeyFile }))
