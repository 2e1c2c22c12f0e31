export { createSyncLogService, type SyncLogOptions } from './app.ts'
