/**
 * What went wrong between the hub and central, by what has to be done about it.
 *
 * | kind           | what happened                                                 | what follows                        |
 * | -------------- | ------------------------------------------------------------- | ----------------------------------- |
 * | `unreachable`  | no answer: refused, cut, timed out. A write may have happened | the line is down; asked again       |
 * | `not-central`  | someone in between answered: a captive portal, a proxy's page | the line is down; asked again       |
 * | `unauthorised` | 401, or 403 for the whole request                             | credentials are renewed             |
 * | `missing`      | 404                                                           | the database is made                |
 * | `conflict`     | 409, 412                                                      | read again                          |
 * | `too-large`    | 413, or an answer larger than we take                         | fewer at once                       |
 * | `invalid`      | 400                                                           | the document that it is due to is   |
 * |                |                                                               | looked for                          |
 * | `busy`         | 429, 503                                                      | after `Retry-After`, or a back-off  |
 * | `failing`      | another status, or a result that can't be relied on           | after a back-off                    |
 */
export type CentralFailure =
  'unreachable' | 'not-central' | 'unauthorised' | 'missing' | 'conflict' | 'too-large' | 'invalid' | 'busy' | 'failing'

export interface CentralErrorOptions extends ErrorOptions {
  readonly status?: number
  readonly retryAfterMs?: number | undefined
}

export class CentralError extends Error {
  readonly kind: CentralFailure
  /** undefined when central did not answer */
  readonly status: number | undefined
  /** how long central asks to be left alone; undefined when it did not say */
  readonly retryAfterMs: number | undefined

  constructor(kind: CentralFailure, message: string, options: CentralErrorOptions = {}) {
    super(message, options)
    this.name = 'CentralError'
    this.kind = kind
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
  }
}

/** True for failures that say that the line, not central, is at fault. */
export function isLineFailure(error: unknown): boolean {
  return error instanceof CentralError && (error.kind === 'unreachable' || error.kind === 'not-central')
}

/** The longest that `Retry-After` is obeyed: a clock that is wrong by a day must not stop a store for a day. */
export const longestRetryAfterMs = 300_000

/** Milliseconds of a `Retry-After` header, in seconds or as a date; undefined when there is none that can be read. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? ''
  if (text === '') return undefined
  const delayMs = /^[0-9]+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(delayMs) ? undefined : Math.min(longestRetryAfterMs, Math.max(0, delayMs))
}
