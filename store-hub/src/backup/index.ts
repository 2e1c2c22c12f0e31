export { BackupError } from './errors.ts'
export { logRestore, requireNoUnfinishedRestore, restoreBackup } from './restore-backup.ts'
export { writeBackup } from './write-backup.ts'
export type { WrittenBackup } from './write-backup.ts'
