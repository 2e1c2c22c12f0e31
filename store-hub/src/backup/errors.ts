export type BackupErrorCode =
  | 'target_not_empty'
  | 'target_unusable'
  | 'no_room'
  | 'not_a_backup'
  | 'backup_damaged'
  | 'backup_too_new'
  | 'data_folder_in_use'
  | 'data_folder_not_empty'
  | 'restore_unfinished'

/** Why a backup or a restore was not done; the message says what to do. */
export class BackupError extends Error {
  readonly code: BackupErrorCode

  constructor(code: BackupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BackupError'
    this.code = code
  }
}

/** Errors of the file system that a person can do something about, as such; anything else as it is. */
export function toBackupError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof BackupError || !('code' in error)) return error
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'disk_full') {
    return new BackupError('no_room', `There is no room for it at ${folder}; nothing was left there`, { cause: error })
  }
  if (error.code === 'EACCES' || error.code === 'EROFS' || error.code === 'ENOTDIR' || error.code === 'EPERM') {
    return new BackupError('target_unusable', `Can't write to ${folder}: ${error.message}`, { cause: error })
  }
  return error
}
