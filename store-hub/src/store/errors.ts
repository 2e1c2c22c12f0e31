export type StoreErrorCode = 'illegal_database_name' | 'database_exists' | 'database_unreadable' | 'store_closed'

/** A store that cannot do what was asked; `database` names the one concerned. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  readonly database: string

  constructor(code: StoreErrorCode, database: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
    this.database = database
  }
}
