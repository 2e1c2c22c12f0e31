export { lastLogStamp, openSyncLog } from './sync-log.ts'
export type { SyncLog } from './sync-log.ts'
export { verifySyncLog } from './verify-sync-log.ts'
