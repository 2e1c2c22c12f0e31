export { makeAdministratorToken, readAdministratorToken } from './administrator-token.ts'
export { openAdministration } from './open-administration.ts'
export { findRunningHub } from './running-hub.ts'
export type { RunningHub } from './running-hub.ts'
export { BackupReport, CompactReport, Overview, VerifyReport, WorkLine, type ReportProgress } from './schemas.ts'
export {
  backupReport,
  compactStore,
  listDatabases,
  noteLastBackup,
  readDisk,
  readLastBackup,
  storeIdOf,
  verifyStore,
} from './store-work.ts'
