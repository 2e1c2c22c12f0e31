/** Errors of the till's own storage. What went wrong at the hub is a value (`sync/`), since a till expects it. */

/** `no-room`: the browser's storage is full. */
export type JournalErrorCode = 'number-taken' | 'invalid-entry' | 'not-stored' | 'no-room'

/** A sale could not be recorded; nothing of it is stored and the cart is kept. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
  readonly code: JournalErrorCode

  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** No token for the hub. `refused`: the hub does not take this till's key; `failed`: its answer is not understood. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  readonly code: 'unreachable' | 'failed' | 'refused'

  constructor(code: SessionError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return String(error)
}
